"""Stands in for the package `octoai` where it is not installed.

A service's replica finds this package, and its modules, under the name `octoai`, so that a
class written for `octoai.service.Service` runs as it is. See docs/decisions/0004.
"""
