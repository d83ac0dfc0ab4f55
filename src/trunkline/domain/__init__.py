"""Rooms, participants and who follows whom. Pure: methods change memory and return effects."""
