"""What crm_bridge does when others act."""
