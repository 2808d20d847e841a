// The fields of a request that say how the model writes: OpenAI's, and those that vLLM has beside
// them. Chat completions, completions and responses read them alike.
//
// Pure; any thread. Each function reads what it names of `fields` and records there what is wrong.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/answer/question.h"
#include "daemon/api/fields.h"
#include "model/model.h"

namespace seekd::daemon {

inline constexpr std::int64_t answer_tokens_max = 1'000'000;  // that a request may name
inline constexpr std::int64_t top_logprobs_max = 20;

// Understood and not served, but for a value that asks for what happens anyway.
struct UnservedField {
  std::string_view name;
  std::string_view neutral;  // as JSON; "": none
};
void refuse_unserved(Fields& fields, std::span<const UnservedField> unserved);

// What a caller may ask for by name: the local model, and routes.
struct ServedModels {
  struct Named {
    std::string name;
    bool thinks = false;
    bool calls_tools = false;
  };

  // NOLINTNEXTLINE(google-explicit-constructor): the local model alone is a choice like any other
  ServedModels(const model::ModelInfo& served)
      : local{served.name, served.thinks, served.calls_tools} {}

  // `name` as Question::model has it.
  const Named& named(std::string_view name) const;

  Named local;
  std::vector<Named> routes;
};

// "model", as Question::model has it: "" where the request names none.
std::string read_model(Fields& fields, const ServedModels& models);

// "model", of an interface that one model alone serves.
void read_model(Fields& fields, std::string_view served);

// "temperature", "top_p", "top_k", "min_p", "seed"
void read_sampling(Fields& fields, model::Sampling& sampling);

// "frequency_penalty", "presence_penalty", "repetition_penalty"
void read_penalties(Fields& fields, model::Sampling& sampling);

// "stop": one, or several.
std::vector<std::string> read_stops(Fields& fields);

// How long the model may think: none, low, medium, high.
std::optional<Effort> read_effort(Fields& fields, std::string_view name);

// "service_tier"
model::Priority read_tier(Fields& fields);

// A short text that nothing but equality is asked of: "user".
std::string read_label(Fields& fields, std::string_view name);

// "cache_salt" and "prompt_cache_key", as GenerateRequest has it.
std::string read_salt(Fields& fields);

}  // namespace seekd::daemon
