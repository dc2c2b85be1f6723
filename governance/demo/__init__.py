"""The invented people and homes of the demo. Nothing here is used outside ``DEMO_MODE``."""
