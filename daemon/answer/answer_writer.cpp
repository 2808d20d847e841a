#include "daemon/answer/answer_writer.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/answer/disagreements.h"
#include "daemon/answer/preface.h"
#include "daemon/answer/quotation.h"
#include "daemon/answer/sources.h"
#include "daemon/answer/suspicion.h"
#include "daemon/answer/text_units.h"
#include "policy/url.h"
#include "policy/url_mentions.h"

namespace seekd::daemon {
namespace {

std::vector<model::ToolCallDelta> whole_deltas(const std::vector<model::ToolCall>& calls) {
  std::vector<model::ToolCallDelta> deltas;
  deltas.reserve(calls.size());
  for (const model::ToolCall& call : calls) {
    deltas.push_back({deltas.size(), call.id, call.name, call.arguments});
  }
  return deltas;
}

}  // namespace

void AnswerWriter::begin(Answer draft, std::vector<Passage> passages, TimePoint now) {
  assert(phase_ == Phase::idle);
  phase_ = Phase::generating;
  begun_at_ = now;
  answer_ = std::move(draft);
  passages_ = std::move(passages);
  if (passages_.empty() && question_.grounding == Grounding::required) {
    return end(std::unexpected(no_sources(answer_.notices)));
  }
  for (const Passage& passage : passages_) {
    answer_.usage.citation_tokens += room_.model().count_tokens(passage.text);
  }
  for (const Disagreement& found : find_disagreements(passages_, question_.text())) {
    answer_.notices.push_back(disagreement_notice(found, passages_));
  }
  const bool told =
      passages_.empty() && question_.retrieval == Retrieval::enabled && !answer_.notices.empty();
  if (told && !question_.shape) {
    answer_.content = ungrounded_preface(answer_.notices.front(), language_of(question_.text()),
                                         room_.model().knowledge_cutoff);
    preface_bytes_ = answer_.content.size();
    emit({answer_.content, ""});
  }
  if (!passages_.empty()) {
    content_marker_ = reasoning_marker_ = MarkerFilter(prompt_marker(passages_));
    content_echo_ = reasoning_echo_ = EchoFilter(prompt_echoes(question_.messages, passages_));
  }
  const Basis basis = passages_.empty() ? Basis::model_alone : Basis::pages;
  actions_.emplace_back(
      action::Generate{{.messages = room_.prompt(question_, passages_, now),
                        .sampling = question_.sampling,
                        .stop = question_.stop,
                        .tokens_max = question_.tokens_max,
                        .cache_salt = prompt_salt(question_.scope, passages_, question_.cache_salt),
                        .priority = question_.priority,
                        .thinking = thinking_for(question_.thinking, basis),
                        .shape = question_.shape,
                        .tools = question_.tools,
                        .tool_use = question_.tool_use},
                       collections_of(passages_)});
}

void AnswerWriter::on(event::Tokens& tokens) {
  if (phase_ != Phase::generating) return;
  if (question_.shape) {
    links_.feed(tokens.delta.content);  // what is taken out would leave another text
  } else {
    tokens.delta.content =
        links_.feed(content_echo_.feed(content_marker_.feed(tokens.delta.content)));
  }
  tokens.delta.reasoning = reasoning_echo_.feed(reasoning_marker_.feed(tokens.delta.reasoning));
  answer_.content += tokens.delta.content;
  answer_.reasoning += tokens.delta.reasoning;
  answer_.tokens.insert(answer_.tokens.end(), tokens.delta.tokens.begin(),
                        tokens.delta.tokens.end());
  emit(std::move(tokens.delta));
}

void AnswerWriter::on(event::Generated& generated) {
  if (phase_ != Phase::generating) return;
  end_text();
  if (generated.generation) return conclude(*generated.generation);
  if (!overdue_) return end(std::unexpected(std::move(generated.generation.error())));
  if (answer_.content.size() > preface_bytes_ || !answer_.reasoning.empty()) return cut();
  end(seekd::fail(ErrorCode::timeout,
                  "the model had written nothing when the time for the answer was over "
                  "(answer.deadline)"));
}

void AnswerWriter::on(const event::Checked& checked) {
  if (phase_ != Phase::checking) return;
  for (std::size_t index = 0; index < supports_.size(); ++index) {
    if (index < checked.holds.size() && checked.holds[index]) {
      cite(supports_[index]);
    } else {
      ++answer_.citations_dropped;
      const std::string& url = passages_[supports_[index].passage].url;
      actions_.emplace_back(action::Note{
          trace_step(TraceStep::Kind::citation_dropped, url, "the snapshot does not hold it")});
      unstored_support_ = unstored_support_ || is_unstored(passages_[supports_[index].passage]);
    }
  }
  finish();
}

// The answer is within its time still while the stored snapshots are compared, which takes
// milliseconds.
void AnswerWriter::overdue() {
  if (phase_ != Phase::generating) return;
  overdue_ = true;
  actions_.emplace_back(action::StopGenerating{});
}

bool AnswerWriter::leads_to_source(std::string_view target) const {
  const auto url = policy::parse_url(target);
  if (!url) return false;
  const std::string text = url->text();
  const auto is_named = [&](const model::Message& message) {
    if (message.role != model::Role::user) return false;
    const std::vector<std::string> named = policy::url_mentions(message.content);
    return std::ranges::any_of(named, [&](const std::string& name) {
      const auto read = policy::parse_url(name);
      return read && read->text() == text;
    });
  };
  return std::ranges::find(answer_.sources, text, &Source::url) != answer_.sources.end() ||
         std::ranges::any_of(question_.messages, is_named);
}

// What might have become a link, an echo or a marker is certain now.
void AnswerWriter::end_text() {
  std::string rest = links_.feed(content_echo_.feed(content_marker_.finish()));
  rest += links_.feed(content_echo_.finish());
  rest += links_.finish();
  if (question_.shape) rest.clear();
  std::string thought = reasoning_echo_.feed(reasoning_marker_.finish());
  thought += reasoning_echo_.finish();
  answer_.content += rest;
  answer_.reasoning += thought;
  if (!rest.empty() || !thought.empty()) emit({std::move(rest), std::move(thought)});
  tell_removed();
}

void AnswerWriter::tell_removed() {
  if (links_.removed() > 0 && question_.shape) {
    answer_.notices.push_back({"links_unknown", "",
                               std::to_string(links_.removed()) +
                                   " links or images lead to no source, and stand in the text"});
  } else if (links_.removed() > 0) {
    answer_.notices.push_back({"links_removed", "",
                               std::to_string(links_.removed()) +
                                   " links or images that lead to no source were taken out"});
  }
  if (content_echo_.removed() > 0) {
    answer_.notices.push_back({"prompt_removed", "",
                               std::to_string(content_echo_.removed()) +
                                   " pieces of its prompt that the model repeated were taken out"});
  }
}

void AnswerWriter::cut() {
  answer_.notices.push_back({"deadline", "", "the time for the answer was over before its end"});
  model::Generation cut;
  cut.finish = model::FinishReason::length;
  cut.prompt_tokens = room_.prompt_tokens(question_, passages_, begun_at_);
  cut.reasoning_tokens = room_.model().count_tokens(answer_.reasoning);
  cut.completion_tokens = room_.model().count_tokens(answer_.content) + cut.reasoning_tokens;
  conclude(cut);
}

void AnswerWriter::conclude(const model::Generation& generation) {
  actions_.emplace_back(action::Note{trace_step(
      TraceStep::Kind::generated, "", std::to_string(generation.completion_tokens) + " tokens")});
  answer_.finish = generation.finish;
  answer_.calls = generation.calls;
  answer_.usage.prompt_tokens = generation.prompt_tokens;
  answer_.usage.cached_tokens = generation.cached_tokens;
  answer_.usage.completion_tokens = generation.completion_tokens;
  answer_.usage.reasoning_tokens = generation.reasoning_tokens;
  if (question_.shape || !answer_.calls.empty()) return finish();
  const std::string_view written = std::string_view(answer_.content).substr(preface_bytes_);
  SupportedText supported = find_supports(written, passages_, question_.text());
  answer_.citations_dropped += supported.markers_dropped;
  supports_ = std::move(supported.supports);
  answer_.citations_dropped += std::erase_if(
      supports_, [&](const Support& support) { return is_suspected_support(passages_, support); });
  for (Support& support : supports_) {
    support.sentence.begin += preface_bytes_;
    support.sentence.end += preface_bytes_;
  }
  if (supports_.empty()) quote();
  if (supports_.empty()) return finish();
  phase_ = Phase::checking;
  actions_.emplace_back(action::Check{supports_, passages_});
}

// Nothing that the model wrote is supported: the page speaks for itself.
void AnswerWriter::quote() {
  auto quotation = quote_passage(passages_, question_.text(), language_of(question_.text()));
  if (!quotation) return;
  quotation->support.sentence.begin += answer_.content.size();
  quotation->support.sentence.end += answer_.content.size();
  answer_.content += quotation->text;
  supports_.push_back(quotation->support);
  emit({std::move(quotation->text), ""});
}

void AnswerWriter::cite(const Support& support) {
  const std::string_view content = answer_.content;
  const auto source =
      std::ranges::find(answer_.sources, passages_[support.passage].url, &Source::url);
  answer_.citations.push_back(
      {.source = static_cast<std::size_t>(source - answer_.sources.begin()),
       .start_index = count_code_points(content.substr(0, support.sentence.begin)),
       .end_index = count_code_points(content.substr(0, support.sentence.end)),
       .byte_begin = support.range.begin,
       .byte_end = support.range.end});
}

void AnswerWriter::tell_ungrounded() {
  if (question_.shape && !passages_.empty()) {
    answer_.notices.push_back({"not_cited", "",
                               "the answer is text of a schema, which is not held against its "
                               "sources"});
    return;
  }
  answer_.notices.push_back(model_alone(room_.model().knowledge_cutoff));
  if (passages_.empty()) return;
  std::string note =
      unsupported_note(language_of(question_.text()), room_.model().knowledge_cutoff);
  answer_.content += note;
  emit({std::move(note), ""});
}

void AnswerWriter::emit(model::TextDelta delta) {
  if (question_.grounding == Grounding::required) return;
  actions_.emplace_back(action::Emit{std::move(delta)});
}

void AnswerWriter::finish() {
  if (question_.grounding == Grounding::required) {
    // A call is no answer yet.
    if (answer_.citations.empty() && answer_.calls.empty()) {
      return end(std::unexpected(no_sources(answer_.notices)));
    }
    actions_.emplace_back(action::Emit{
        {answer_.content, answer_.reasoning, answer_.tokens, whole_deltas(answer_.calls)}});
  } else if (answer_.citations.empty() && answer_.calls.empty() && !unstored_support_) {
    tell_ungrounded();
  }
  end(std::move(answer_));
}

void AnswerWriter::end(Result<Answer> answer) {
  phase_ = Phase::done;
  actions_.emplace_back(action::Finish{std::move(answer)});
}

}  // namespace seekd::daemon
