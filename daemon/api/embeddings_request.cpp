#include "daemon/api/embeddings_request.h"

#include <limits>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "daemon/api/fields.h"
#include "daemon/api/generation_fields.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t texts_max = 2048;  // OpenAI's

constexpr std::string_view no_numbers =
    "holds token numbers, which mean another text to each model's vocabulary: send strings "
    "(LangChain: check_embedding_ctx_length=False)";

std::vector<std::string> read_many(Fields& fields, const json::array& items) {
  if (items.empty()) {
    fields.reject("input", "invalid_value", "must hold at least one text");
  } else if (items.front().is_number() || items.front().is_array()) {
    fields.reject("input", "unsupported_field", std::string(no_numbers));
  }
  return fields.texts("input", texts_max);
}

std::vector<std::string> read_input(Fields& fields) {
  const json::value* input = fields.any("input");
  std::vector<std::string> texts;
  if (input == nullptr || input->is_null()) {
    fields.reject("input", "missing_field", "is missing");
  } else if (input->is_string()) {
    texts.emplace_back(input->get_string());
  } else if (input->is_array()) {
    texts = read_many(fields, input->get_array());
  } else {
    fields.reject("input", "invalid_type", "must be a string or an array of strings");
  }
  for (std::size_t index = 0; index < texts.size(); ++index) {
    if (!texts[index].empty()) continue;
    fields.reject(input->is_string() ? "input" : "input[" + std::to_string(index) + "]",
                  "invalid_value", "is empty");
  }
  return texts;
}

void read_dimensions(Fields& fields, const model::EmbedderInfo& embedder) {
  const auto wanted = fields.integer("dimensions", 1, std::numeric_limits<std::int64_t>::max());
  if (!wanted || static_cast<std::uint64_t>(*wanted) == embedder.dimension) return;
  fields.reject("dimensions", "unsupported_field",
                "must be " + std::to_string(embedder.dimension) +
                    ": this embedder was not trained to be cut shorter");
}

VectorEncoding read_encoding(Fields& fields) {
  const std::string format = fields.text("encoding_format").value_or("float");
  if (format == "base64") return VectorEncoding::base64;
  if (format != "float") {
    fields.reject("encoding_format", "invalid_value", "must be float or base64");
  }
  return VectorEncoding::numbers;
}

// As NVIDIA's servers have it. A text of its own is a passage.
model::TextRole read_role(Fields& fields) {
  const std::string type = fields.text("input_type").value_or("passage");
  if (type == "query") return model::TextRole::query;
  if (type != "passage") fields.reject("input_type", "invalid_value", "must be query or passage");
  return model::TextRole::passage;
}

// vLLM's -1: where the model's reading ends.
EmbeddingDesk::Overlong read_overlong(Fields& fields) {
  constexpr auto any = std::numeric_limits<std::int64_t>::max();
  const auto cut = fields.integer("truncate_prompt_tokens", -any, any);
  if (!cut) return EmbeddingDesk::Overlong::refused;
  if (*cut != -1) {
    fields.reject("truncate_prompt_tokens", "unsupported_field",
                  "must be -1: texts are cut where the embedder's reading ends");
  }
  return EmbeddingDesk::Overlong::cut;
}

}  // namespace

std::expected<EmbeddingsRequest, ApiError> parse_embeddings_request(
    std::string_view body, const model::EmbedderInfo& embedder) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  EmbeddingsRequest request;
  request.wish.texts = read_input(fields);
  request.wish.role = read_role(fields);
  request.wish.overlong = read_overlong(fields);
  request.encoding = read_encoding(fields);
  read_model(fields, embedder.name);
  read_dimensions(fields, embedder);
  // An end user's name for the service's own records: checked, and kept nowhere.
  read_label(fields, "user");
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return request;
}

}  // namespace seekd::daemon
