"""The papers of a posted assembly: on screen, as PDF, as spreadsheets, and all of them in one archive."""
