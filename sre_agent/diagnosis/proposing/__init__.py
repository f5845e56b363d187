"""Suspects that no single object shows: releases, saturation, leaks, certificates."""
