"""What people are told of votes. Importing a module registers its handlers."""

from . import assemblies, elections, looks, mandates, objections, papers, supervision

__all__ = ["assemblies", "elections", "looks", "mandates", "objections", "papers", "supervision"]
