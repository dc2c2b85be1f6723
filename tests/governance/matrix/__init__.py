"""Who may reach what: the declared table, and the people and objects it is tried on."""
