// The published vectors of WHATWG HTML's tree construction (html5lib/, MIT), against our parser.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory_resource>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "fetcher/extract/html/input.h"
#include "fetcher/extract/html/tree_builder.h"

namespace fs = std::filesystem;
using namespace seekd::fetcher;  // NOLINT(google-build-using-namespace)

namespace {

struct Vector {
  std::string data;
  std::string document;
  bool fragment = false;
  bool script_on = false;
};

// html5lib's own format: sections that a '#' line begins, vectors apart by an empty line.
std::vector<Vector> read_vectors(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::vector<Vector> vectors;
  std::string* section = nullptr;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line == "#data") {
      section = &vectors.emplace_back().data;
    } else if (line == "#document") {
      section = &vectors.back().document;
    } else if (line == "#errors" || line == "#new-errors") {
      section = nullptr;
    } else if (line == "#document-fragment" || line == "#script-on" || line == "#script-off") {
      vectors.back().fragment = vectors.back().fragment || line == "#document-fragment";
      vectors.back().script_on = vectors.back().script_on || line == "#script-on";
      section = nullptr;
    } else if (section != nullptr) {
      *section += line + '\n';
    }
  }
  for (Vector& one : vectors) {
    if (!one.data.empty()) one.data.pop_back();
    while (one.document.ends_with("\n\n") || one.document.ends_with("\n|")) one.document.pop_back();
  }
  return vectors;
}

class Dump {
 public:
  Dump(const TreeBuilder& builder, const Dom& dom) : builder_(builder), dom_(dom) {}

  std::string run() {
    add_children(document_node, 0);
    return out_;
  }

 private:
  void line(std::size_t depth, const std::string& text) {
    out_ += "| " + std::string(2 * depth, ' ') + text + '\n';
  }

  void add_children(NodeId node, std::size_t depth) {
    for (NodeId child = dom_[node].first; child != no_node; child = dom_[child].next)
      add(child, depth);
  }

  void add(NodeId id, std::size_t depth) {
    const DomNode& node = dom_[id];
    if (node.kind == NodeKind::doctype) line(depth, "<!doctype>");
    if (node.kind == NodeKind::comment) line(depth, "<!-- " + std::string(node.text) + " -->");
    if (node.kind == NodeKind::text) line(depth, '"' + std::string(node.text) + '"');
    if (node.kind != NodeKind::element) return;
    const std::string space = node.space == Namespace::svg    ? "svg "
                              : node.space == Namespace::math ? "math "
                                                              : "";
    line(depth, "<" + space + std::string(builder_.name_of(node)) + ">");
    std::vector<std::string> attributes;
    for (const HtmlAttribute& attribute : node.attributes) {
      attributes.push_back(std::string(attribute.name) + "=\"" + std::string(attribute.value) +
                           '"');
    }
    std::ranges::sort(attributes);
    for (const std::string& attribute : attributes) line(depth + 1, attribute);
    const bool is_template = node.is(HtmlTag::template_);
    if (is_template) line(depth + 1, "content");
    add_children(id, depth + (is_template ? 2 : 1));
  }

  const TreeBuilder& builder_;
  const Dom& dom_;
  std::string out_;
};

// What our tree does not keep: a doctype's identifiers, the case of SVG's names and the namespaces
// of attributes, of which no reader asks.
std::string without_details(const std::string& document) {
  std::string out;
  for (std::size_t at = 0; at < document.size();) {
    const std::size_t end = std::min(document.find('\n', at), document.size());
    std::string line = document.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("| <!DOCTYPE")) line = "| <!doctype>";
    out += line + '\n';
  }
  if (!document.contains("<svg ") && !document.contains("<math ")) return out;
  for (const std::string space : {"xlink", "xml", "xmlns"}) {
    for (std::size_t at = out.find(space + ' '); at != out.npos; at = out.find(space + ' ', at))
      out[at + space.size()] = ':';
  }
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  return out;
}

// Attributes in one order: html5lib sorts those of SVG before their case is lost.
std::string with_sorted_attributes(const std::string& document) {
  std::vector<std::string> lines;
  std::size_t attributes = 0;  // that end `lines`
  for (std::size_t at = 0; at < document.size();) {
    const std::size_t end = std::min(document.find('\n', at), document.size());
    const std::string& line = lines.emplace_back(document.substr(at, end - at + 1));
    at = end + 1;
    const std::size_t begin = std::min(line.find_first_not_of("| "), line.size() - 1);
    const bool attribute = line[begin] != '<' && line[begin] != '"' && line.contains("=\"");
    attributes = attribute ? attributes + 1 : 0;
    std::sort(lines.end() - static_cast<std::ptrdiff_t>(attributes), lines.end());
  }
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

std::string parsed(std::string html) {
  normalise_line_ends(html);
  std::pmr::monotonic_buffer_resource memory;
  TreeBuilder builder(html, memory);
  const auto dom = builder.build();
  REQUIRE(dom);
  return Dump(builder, **dom).run();
}

}  // namespace

TEST_CASE("pages are trees as the WHATWG's parser makes them", "[extract][html]") {
  std::size_t read = 0;
  for (const auto& entry : fs::directory_iterator("tests/fetcher/extract/html5lib")) {
    if (entry.path().extension() != ".dat") continue;
    for (const Vector& vector : read_vectors(entry.path())) {
      if (vector.fragment || vector.script_on) continue;
      ++read;
      CAPTURE(entry.path().filename(), vector.data);
      CHECK(with_sorted_attributes(without_details(parsed(vector.data))) ==
            with_sorted_attributes(without_details(vector.document)));
    }
  }
  CHECK(read > 1000);
}
