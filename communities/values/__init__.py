"""Values everybody writes and reads the same way: areas, identity numbers, phones.

Pure functions over text and integers; nothing here knows Django, a database
or a clock. No other code parses, formats or masks one of these.
"""
