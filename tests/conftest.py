"""What all tests share."""

from hypothesis import settings

# The same examples on every machine and in every run: a failure can be looked at, and a change
# that causes none stays green. ``--hypothesis-profile=thorough`` searches for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("thorough", max_examples=3000, deadline=None)
settings.load_profile("steady")
