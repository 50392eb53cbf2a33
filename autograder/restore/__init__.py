"""Puts one notebook back into the form that was released."""
