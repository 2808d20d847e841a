#include "model/text/text_ends.h"

#include "model/text/json_reader.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

// The name of the special token in one step of a template.
std::string_view special_token(const json::value& step) {
  const auto* object = step.if_object();
  const auto* special = object == nullptr ? nullptr : find_object(*object, "SpecialToken");
  return special == nullptr ? std::string_view() : find_text(*special, "id");
}

// How many special tokens stand between the texts: of "begin A … B end".
std::size_t separators_of(const json::object& processor) {
  const auto* pair = find_array(processor, "pair");
  return pair != nullptr && pair->size() == 6 ? 2 : 1;
}

std::string_view first_text(const json::object& processor, std::string_view field) {
  const auto* pair = find_array(processor, field);
  const bool sound = pair != nullptr && !pair->empty() && (*pair)[0].is_string();
  return sound ? std::string_view((*pair)[0].get_string()) : std::string_view();
}

}  // namespace

std::optional<TextEndNames> read_text_ends(const json::object& root) {
  const auto* processor = find_object(root, "post_processor");
  if (processor == nullptr) return std::nullopt;
  const std::string_view type = find_text(*processor, "type");
  if (type == "TemplateProcessing") {
    const auto* single = find_array(*processor, "single");
    if (single == nullptr || single->size() != 3) return std::nullopt;
    return TextEndNames{special_token((*single)[0]), special_token((*single)[2]),
                        separators_of(*processor)};
  }
  if (type != "BertProcessing" && type != "RobertaProcessing") return std::nullopt;
  return TextEndNames{first_text(*processor, "cls"), first_text(*processor, "sep"),
                      type == "RobertaProcessing" ? 2U : 1U};
}

}  // namespace seekd::model
