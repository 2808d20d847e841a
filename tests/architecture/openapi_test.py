"""The OpenAPI document and the table of routes say the same, and what the document refers to is there.

usage: openapi_test.py
"""

import json
import pathlib
import re
import unittest

API = pathlib.Path(__file__).parents[2] / "daemon/api"


def parts():
    return {file.name: json.loads(file.read_text()) for file in sorted((API / "openapi").glob("*.json"))}


def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from references(item)


class OpenApi(unittest.TestCase):
    def test_every_route_is_described_and_nothing_else_is(self):
        served = re.findall(r'\{"(GET|POST|PUT|DELETE)",\s*"([^"]+)",', (API / "routes.cpp").read_text())
        described = [(method.upper(), path) for part in parts().values() for path, methods in part["paths"].items()
                     for method in methods]
        self.assertEqual(len(described), len(set(described)))
        self.assertEqual(sorted(described), sorted(served))

    def test_every_part_is_compiled_in(self):
        build = (API.parent / "CMakeLists.txt").read_text()
        listed = re.search(r"set\(openapi_parts ([^)]*)\)", build)[1].split()
        self.assertEqual(sorted(listed), [f"{name.removesuffix('.json')}" for name in sorted(parts())])
        self.assertEqual(listed[0], "base")

    def test_every_reference_leads_to_something(self):
        files = parts()
        schemas = dict(files["base.json"]["components"]["schemas"])
        for name, part in files.items():
            if name != "base.json":
                self.assertFalse(set(schemas) & set(part["schemas"]), name)
                schemas.update(part["schemas"])
        for reference in references(list(files.values())):
            with self.subTest(reference):
                kind, name = reference.removeprefix("#/components/").split("/")
                self.assertIn(name, schemas if kind == "schemas" else files["base.json"]["components"][kind])


if __name__ == "__main__":
    unittest.main()
