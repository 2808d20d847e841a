#include "fetcher/extract/element_path.h"

#include <limits>

#include "fetcher/extract/furniture.h"

namespace seekd::fetcher {
namespace {

// What holds this much of the page's prose is no furniture, whatever it is called.
constexpr double furniture_prose_share_max = 0.35;

bool is_main(const HtmlNode& node) {
  return node.tag == HtmlTag::main || node.tag == HtmlTag::article ||
         attribute(node, "role") == "main" || attribute(node, "role") == "article" ||
         attribute(node, "itemprop") == "articleBody";
}

void set_tag(HtmlTag tag, ElementPath& path) {
  for (std::size_t i = 0; i < path_tags.size(); ++i) {
    if (path_tags[i].tag == tag) path.tags.set(i);
  }
}

class PathReader {
 public:
  PathReader(std::span<const HtmlNode> nodes, const BlockSpans& spans)
      : nodes_(nodes), spans_(spans), all_(spans.all()), paths_(nodes.size()) {}

  std::vector<ElementPath> read() {
    for (std::uint32_t i = 1; i < nodes_.size(); ++i) {
      paths_[i] = paths_[nodes_[i].parent];
      if (!nodes_[i].is_text() && spans_.range(i).size() > 0) enter(i);
    }
    return std::move(paths_);
  }

 private:
  void enter(std::uint32_t index) {
    const HtmlNode& node = nodes_[index];
    ElementPath& path = paths_[index];
    if (path.depth < std::numeric_limits<std::uint16_t>::max()) ++path.depth;
    set_tag(node.tag, path);
    if (is_main(node)) path.main = index;
    if (path.furniture != 0 && path.consent) return;
    const BlockSums sums = spans_.sums(spans_.range(index));
    const bool wraps = sums.prose_words > furniture_prose_share_max * all_.prose_words;
    judge(judge_furniture(node), index, wraps, path);
  }

  static void judge(Furniture furniture, std::uint32_t index, bool wraps, ElementPath& path) {
    const bool in_furniture = path.furniture != 0;
    if (furniture == Furniture::comments && path.comments == 0 && !in_furniture) {
      path.comments = index;
    }
    if (wraps || furniture < Furniture::other) return;
    if (!in_furniture) path.furniture = index;
    if (furniture == Furniture::consent) path.consent = true;
  }

  std::span<const HtmlNode> nodes_;
  const BlockSpans& spans_;
  BlockSums all_;
  std::vector<ElementPath> paths_;
};

}  // namespace

std::vector<ElementPath> element_paths(std::span<const HtmlNode> nodes, const BlockSpans& spans) {
  return PathReader(nodes, spans).read();
}

}  // namespace seekd::fetcher
