"""The crm_bridge package."""
