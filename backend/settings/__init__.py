"""The platform's settings, a module for each program's: only they read the environment.

Nothing is imported from here: a program that starts loads its own settings and no other's.
"""
