#include "daemon/refresh/watch_record.h"

#include "cache/codec.h"

namespace seekd::daemon {
namespace {

using cache::ByteReader;
using cache::ByteWriter;

constexpr std::uint8_t layout = 2;
constexpr std::uint8_t layout_of_pages = 1;           // before there were questions; read still
constexpr std::size_t run_bytes_min = 8 + 1 + 2 + 4;  // as write_run() writes an empty one

void write_run(const WatchRun& run, ByteWriter& writer) {
  writer.time(run.at);
  writer.u8(static_cast<std::uint8_t>(run.outcome));
  writer.text(run.reason);
  writer.text(run.message);
  writer.varint(run.http_status);
  writer.varint(run.entries_fetched);
  writer.varint(run.entries_failed);
  writer.varint(run.wire_bytes);
}

// An enum's value, or a failure of the reader where there is no such one.
template <class Enum>
Enum read_enum(ByteReader& reader, Enum last) {
  const std::uint8_t value = reader.u8();
  if (value > static_cast<std::uint8_t>(last)) reader.reject();
  return static_cast<Enum>(value);
}

WatchRun read_run(ByteReader& reader) {
  WatchRun run;
  run.at = reader.time();
  run.outcome = read_enum(reader, RunOutcome::failed);
  run.reason = reader.text();
  run.message = reader.text();
  run.http_status = static_cast<std::uint16_t>(reader.varint32());
  run.entries_fetched = reader.varint32();
  run.entries_failed = reader.varint32();
  run.wire_bytes = reader.varint();
  return run;
}

void write_terms(const WatchTerms& terms, ByteWriter& writer) {
  writer.u8(static_cast<std::uint8_t>(terms.rhythm));
  writer.text(terms.calendar);
  writer.varint(static_cast<std::uint64_t>(terms.interval.count()));
  writer.varint(terms.entries_max);
}

WatchTerms read_terms(ByteReader& reader) {
  WatchTerms terms;
  terms.rhythm = read_enum(reader, Rhythm::learned);
  terms.calendar = reader.text();
  terms.interval = std::chrono::seconds(reader.varint32());
  terms.entries_max = reader.varint32();
  return terms;
}

void write_question(const StandingQuestion& question, ByteWriter& writer) {
  const CallerMark& owner = question.owner;
  writer.text(question.text);
  writer.text(question.webhook);
  writer.u8(static_cast<std::uint8_t>(owner.known_by));
  writer.text(owner.name);
  writer.u8(owner.account.uid ? 1 : 0);
  if (owner.account.uid) writer.varint(*owner.account.uid);
  writer.varint(owner.account.groups.size());
  for (const gid_t group : owner.account.groups) writer.varint(group);
  writer.varint(owner.roles.size());
  for (const std::string& role : owner.roles) writer.text(role);
}

StandingQuestion read_question(ByteReader& reader) {
  StandingQuestion question;
  CallerMark& owner = question.owner;
  question.text = reader.text();
  question.webhook = reader.text();
  owner.known_by = read_enum(reader, KnownBy::certificate);
  owner.name = reader.text();
  if (reader.u8() != 0) owner.account.uid = reader.varint32();
  owner.account.groups.resize(reader.count(1));
  for (gid_t& group : owner.account.groups) group = reader.varint32();
  owner.roles.resize(reader.count(1));
  for (std::string& role : owner.roles) role = reader.text();
  return question;
}

}  // namespace

std::string encode(const Watch& watch) {
  ByteWriter writer;
  writer.u8(layout);
  writer.varint(watch.id);
  writer.text(watch.url);
  write_terms(watch.terms, writer);
  writer.time(watch.added_at);
  writer.u8(watch.due ? 1 : 0);
  if (watch.due) writer.time(*watch.due);
  writer.u8(static_cast<std::uint8_t>(watch.kind));
  writer.varint(watch.failures_in_row);
  for (const std::uint64_t count :
       {watch.runs, watch.changes, watch.not_modified, watch.failures, watch.entries_left}) {
    writer.varint(count);
  }
  writer.varint(watch.history.size());
  for (const WatchRun& run : watch.history) write_run(run, writer);
  writer.varint(watch.given_up.size());
  for (const std::uint64_t entry : watch.given_up) writer.varint(entry);
  writer.u8(watch.question ? 1 : 0);
  if (watch.question) write_question(*watch.question, writer);
  return writer.take();
}

bool decode(std::string_view bytes, Watch& watch) {
  ByteReader reader(bytes);
  const std::uint8_t written = reader.u8();
  if (written != layout && written != layout_of_pages) return false;
  watch.id = reader.varint();
  watch.url = reader.text();
  watch.terms = read_terms(reader);
  watch.added_at = reader.time();
  watch.due.reset();
  if (reader.u8() != 0) watch.due = reader.time();
  watch.kind = read_enum(reader, PageKind::sitemap_index);
  watch.failures_in_row = reader.varint32();
  for (std::uint64_t* count :
       {&watch.runs, &watch.changes, &watch.not_modified, &watch.failures, &watch.entries_left}) {
    *count = reader.varint();
  }
  watch.history.resize(reader.count(run_bytes_min));
  for (WatchRun& run : watch.history) run = read_run(reader);
  watch.given_up.resize(reader.count(1));
  for (std::uint64_t& entry : watch.given_up) entry = reader.varint();
  watch.question.reset();
  if (written == layout && reader.u8() != 0) watch.question = read_question(reader);
  return reader.finished();
}

std::string encode(const RefreshLedger& ledger) {
  ByteWriter writer;
  writer.u8(layout);
  writer.varint(static_cast<std::uint64_t>(ledger.day));
  for (const std::uint64_t value :
       {ledger.pages, ledger.wire_bytes, ledger.next_id, ledger.answers, ledger.next_event}) {
    writer.varint(value);
  }
  return writer.take();
}

bool decode(std::string_view bytes, RefreshLedger& ledger) {
  ByteReader reader(bytes);
  const std::uint8_t written = reader.u8();
  if (written != layout && written != layout_of_pages) return false;
  ledger.day = static_cast<std::int64_t>(reader.varint());
  for (std::uint64_t* value : {&ledger.pages, &ledger.wire_bytes, &ledger.next_id}) {
    *value = reader.varint();
  }
  if (written == layout) {
    ledger.answers = reader.varint();
    ledger.next_event = reader.varint();
  }
  return reader.finished();
}

}  // namespace seekd::daemon
