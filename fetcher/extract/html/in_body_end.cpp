// TreeBuilder in the body: end tags, and elements that end out of order (WHATWG HTML §13.2.6.4.7).
#include "fetcher/extract/html/element_kinds.h"
#include "fetcher/extract/html/tree_builder.h"

namespace seekd::fetcher {
namespace {

constexpr TagSet closing_tags =
    block_tags | TagSet(HtmlTag::button, HtmlTag::listing, HtmlTag::pre);
constexpr TagSet object_tags(HtmlTag::applet, HtmlTag::marquee, HtmlTag::object);
constexpr int adoptions_max = 8;
constexpr int adopted_between_max = 3;

}  // namespace

void TreeBuilder::in_body_end(Token& token) {
  if (end_block(token) == Handled::yes || end_structure(token) == Handled::yes) return;
  if (formatting_tags.contains(token.tag())) return adopt(token.name);
  end_any(token.name);
}

TreeBuilder::Handled TreeBuilder::end_structure(Token& token) {
  switch (token.tag()) {
    case HtmlTag::template_:
      end_template();
      return Handled::yes;
    case HtmlTag::body:
      if (open_.has_in_scope(HtmlTag::body, Scope::any)) mode_ = Mode::after_body;
      return Handled::yes;
    case HtmlTag::html:
      if (open_.has_in_scope(HtmlTag::body, Scope::any)) reprocess(Mode::after_body, token);
      return Handled::yes;
    case HtmlTag::br: {
      Token start{.kind = TokenKind::start_tag, .name = token.name};
      start_replaced(start);
      return Handled::yes;
    }
    default:
      return Handled::no;
  }
}

TreeBuilder::Handled TreeBuilder::end_block(Token& token) {
  const HtmlTag tag = token.tag();
  if (tag == HtmlTag::p) {
    if (!open_.has_in_scope(tag, Scope::button)) insert_named(tag);
    close_paragraph();
    return Handled::yes;
  }
  if (heading_tags.contains(tag)) {
    if (!open_.has_in_scope(heading_tags, Scope::any)) return Handled::yes;
    open_.close_implied(implied_end_tags);
    open_.pop_until(heading_tags);
    return Handled::yes;
  }
  if (tag == HtmlTag::form) {
    end_form();
    return Handled::yes;
  }
  const bool item = tag == HtmlTag::li;
  const bool object = object_tags.contains(tag);
  if (!item && !object && !closing_tags.contains(tag) && tag != HtmlTag::dd && tag != HtmlTag::dt)
    return Handled::no;
  if (!open_.has_in_scope(tag, item ? Scope::list_item : Scope::any)) return Handled::yes;
  close(tag);
  if (object) formatting_.clear_to_marker();
  return Handled::yes;
}

void TreeBuilder::end_form() {
  if (in_template()) {
    if (open_.has_in_scope(HtmlTag::form, Scope::any)) close(HtmlTag::form);
    return;
  }
  const NodeId form = form_;
  form_ = no_node;
  if (form == no_node || !open_.has_in_scope(form)) return;
  open_.close_implied(implied_end_tags);
  open_.remove(form);
}

// Any other end tag.
void TreeBuilder::end_any(NameId name) {
  for (std::size_t place = open_.size(); place-- > 0;) {
    limits_.count_comparisons(1);
    const DomNode& node = dom_[open_[place]];
    if (node.space == Namespace::html && node.name == name) {
      open_.close_implied(implied_end_tags, tag_of(name));
      return open_.pop_to_size(place);
    }
    if (is_special(node)) return;
  }
}

void TreeBuilder::end_of_page(Token& token) {
  if (!template_modes_.empty()) return in_template_contents(token);
  done_ = true;
}

void TreeBuilder::adopt(NameId subject) {
  const DomNode& current = open_.current();
  if (current.is(tag_of(subject)) && formatting_.find(open_.back()) == formatting_.size())
    return open_.pop();
  for (int i = 0; i < adoptions_max && !limits_.passed(); ++i) {
    if (!adopt_once(subject)) return;
  }
}

// One round of the outer loop; false for the last.
bool TreeBuilder::adopt_once(NameId subject) {
  const std::size_t entry = formatting_.find_last(tag_of(subject));
  if (entry == formatting_.size()) {
    end_any(subject);
    return false;
  }
  const NodeId element = formatting_[entry];
  const std::size_t place = open_.find(element);
  if (place == open_.size()) {
    formatting_.erase(entry);
    return false;
  }
  if (!open_.has_in_scope(element)) return false;
  std::size_t block = place + 1;
  while (block < open_.size() && !is_special(dom_[open_[block]])) ++block;
  limits_.count_comparisons(block - place);
  if (block == open_.size()) {
    open_.pop_to_size(place);
    formatting_.erase(entry);
    return false;
  }
  const NodeId furthest = open_[block];
  const NodeId ancestor = open_[place - 1];
  std::size_t bookmark = entry;
  const NodeId last = adopt_between(place, block, bookmark);
  dom_.remove(last);
  dom_.insert(last, place_in(ancestor));

  const NodeId copy = dom_.clone(element);
  dom_.move_children(furthest, copy);
  dom_.insert(copy, {.parent = furthest});
  const std::size_t old_entry = formatting_.find(element);
  formatting_.erase(old_entry);
  formatting_.insert(old_entry < bookmark ? bookmark - 1 : bookmark, copy);
  open_.remove(element);
  open_.insert(open_.find(furthest) + 1, copy);
  return true;
}

// The inner loop: what is open between the formatting element and the block is copied into the
// block's new parents. Returns the outermost of these; moves the bookmark in the list.
NodeId TreeBuilder::adopt_between(std::size_t formatting, std::size_t block,
                                  std::size_t& bookmark) {
  const NodeId furthest = open_[block];
  NodeId last = furthest;
  int count = 0;
  for (std::size_t place = block; --place > formatting;) {
    ++count;
    const NodeId node = open_[place];
    std::size_t entry = formatting_.find(node);
    if (count > adopted_between_max && entry < formatting_.size()) {
      formatting_.erase(entry);
      if (entry < bookmark) --bookmark;
      entry = formatting_.size();
    }
    if (entry == formatting_.size()) {
      open_.remove(node);
      continue;
    }
    const NodeId copy = dom_.clone(node);
    formatting_.replace(entry, copy);
    open_.replace(place, copy);
    if (last == furthest) bookmark = entry + 1;
    dom_.remove(last);
    dom_.insert(last, {.parent = copy});
    last = copy;
  }
  return last;
}

}  // namespace seekd::fetcher
