"""Objectives of services: kept by people or a file, looked at, and alerted on."""
