"""The interview for another program's model: razbor's tools as an MCP server.

Read in this order: tools, client_interview, desk, lines, server.
"""
