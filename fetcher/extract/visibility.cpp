#include "fetcher/extract/visibility.h"

#include <string_view>
#include <vector>

#include "fetcher/extract/inline_style.h"

namespace seekd::fetcher {
namespace {

bool hidden_tag(HtmlTag tag) {
  switch (tag) {
    case HtmlTag::head:
    case HtmlTag::script:
    case HtmlTag::style:
    case HtmlTag::template_:
    case HtmlTag::iframe:
    case HtmlTag::object:
    case HtmlTag::embed:
    case HtmlTag::canvas:
    case HtmlTag::video:
    case HtmlTag::audio:
    case HtmlTag::svg:
    case HtmlTag::select:
    case HtmlTag::option:
    case HtmlTag::datalist:
    case HtmlTag::textarea:
    case HtmlTag::noframes:
    case HtmlTag::noembed:
      return true;
    default:
      return false;
  }
}

bool screen_reader_only(std::string_view classes) {
  return classes.contains("sr-only") || classes.contains("visually-hidden") ||
         classes.contains("screen-reader-text");
}

// React sends the late parts of a page hidden, and a script moves them to their place at once.
bool streamed_part(const HtmlNode& node) {
  return attribute(node, "id").starts_with("S:");
}

// A page of whose text so much is transparent is one that fades in, as soon as its scripts run.
constexpr double fading_share_min = 0.5;

// What the elements of a tree hold of its text.
class TextShares {
 public:
  explicit TextShares(std::span<const HtmlNode> nodes) : nodes_(nodes) {}

  double share(std::size_t node) {
    if (before_.empty()) sum();
    const double all = before_.back();
    return all > 0 ? (before_[nodes_[node].end] - before_[node]) / all : 0;
  }

 private:
  void sum() {
    before_.push_back(0);
    for (std::size_t i = 0; i < nodes_.size();) {
      const std::size_t end = hidden_tag(nodes_[i].tag) ? nodes_[i].end : i + 1;
      const double here = before_.back() + static_cast<double>(nodes_[i].text.size());
      before_.insert(before_.end(), end - i, here);
      i = end;
    }
  }

  std::span<const HtmlNode> nodes_;
  std::vector<double> before_;  // bytes before each node; last, all
};

bool hidden_element(std::span<const HtmlNode> nodes, std::size_t index, TextShares& texts) {
  const HtmlNode& node = nodes[index];
  if (hidden_tag(node.tag)) return true;
  // Many pages hide themselves until a script has measured who is reading.
  if (node.tag == HtmlTag::html || node.tag == HtmlTag::body) return false;
  if (has_attribute(node, "hidden")) return !streamed_part(node);
  if (attribute(node, "aria-hidden") == "true" || screen_reader_only(attribute(node, "class")))
    return true;
  const StyleEffect effect = style_effect(attribute(node, "style"));
  if (effect == StyleEffect::transparent) return texts.share(index) < fading_share_min;
  return effect == StyleEffect::hidden;
}

}  // namespace

void mark_hidden(std::span<HtmlNode> nodes) {
  TextShares texts(nodes);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].hidden =
        nodes[nodes[i].parent].hidden || (!nodes[i].is_text() && hidden_element(nodes, i, texts));
  }
}

}  // namespace seekd::fetcher
