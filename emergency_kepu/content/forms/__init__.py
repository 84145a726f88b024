"""Layouts whose words are not the plain ones: shortened, spelled out for a voice, or marked up for a machine."""
