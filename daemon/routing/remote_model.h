// RemoteModel: a model of another server, which a door leads to and nothing else. Its prompt is
// made of messages by the server's own chat template, and its tokens are counted here without its
// tokenizer: a token for every three bytes, which is more than any text of words has.
//
// Any thread, as Model says; generate() and score() wait for the server. What it fails with says
// whose failure it is: unavailable, timeout, busy and corrupt are the server's, or of the way
// there; invalid_argument and too_large are what it says of the request.

#pragma once

#include <stop_token>

#include "config/config.h"
#include "fetcher/upstream_caller.h"
#include "model/model.h"

namespace seekd::daemon {

class RemoteModel final : public model::Model {
 public:
  // REQUIRES: !route.is_local(); `upstream` is the one that it names.
  RemoteModel(const config::RouteConfig& route, const policy::Upstream& upstream,
              std::filesystem::path fetcher_socket);

  const model::ModelInfo& info() const override { return info_; }
  model::KvMemory kv_memory() const override { return {}; }
  model::SpeculationCounts speculation() const override { return {}; }
  model::ModelHealth health(std::chrono::steady_clock::time_point now) const override;
  model::StepFailures step_failures() const override { return {}; }

  std::size_t count_tokens(std::string_view text) const override;
  Result<std::size_t> count_prompt_tokens(const std::vector<model::Message>& messages,
                                          const std::vector<model::Tool>& tools) const override;

  Result<model::Generation> generate(const model::GenerateRequest& request,
                                     const std::function<void(const model::TextDelta&)>& on_text,
                                     std::stop_token stop) override;

  // Of the first token alone, out of the likeliest twenty: a continuation that is not among them
  // is as unlikely as the last one of them. Errors: unsupported where the server tells no
  // log-probabilities.
  Result<std::vector<model::Score>> score(const model::ScoreRequest& request,
                                          std::stop_token stop) override;

  // Whether the server answers, and has the model. Costs no token.
  Status probe(const std::stop_token& stop) const;

 private:
  Status call(policy::UpstreamPath path, const std::string& body,
              const fetcher::UpstreamCaller::Take& take, const std::stop_token& stop,
              std::chrono::milliseconds time_max) const;

  std::string upstream_;  // its name
  std::string model_;     // as it calls it
  std::chrono::milliseconds time_max_;
  fetcher::UpstreamCaller caller_;
  model::ModelInfo info_;
};

}  // namespace seekd::daemon
