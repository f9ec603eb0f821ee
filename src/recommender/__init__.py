"""Select the titles of a catalogue to offer to a foreign audience."""
