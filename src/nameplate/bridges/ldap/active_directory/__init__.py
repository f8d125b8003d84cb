"""Active Directory, and Samba in its place: followed by its change numbers, several times a second."""
