"""What the tests of checking and grading share: hypothesis without a clock, because machines may be busy."""

from hypothesis import HealthCheck, settings

settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")
