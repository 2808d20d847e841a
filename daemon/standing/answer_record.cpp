#include "daemon/standing/answer_record.h"

#include "cache/codec.h"

namespace seekd::daemon {
namespace {

using cache::ByteReader;
using cache::ByteWriter;

constexpr std::uint8_t layout = 1;
constexpr std::size_t cited_bytes_min = 4;    // as write() writes an empty one
constexpr std::size_t changed_bytes_min = 3;  // likewise
constexpr std::size_t answer_bytes_min = 31;  // likewise

void write(const StandingAnswer& answer, ByteWriter& writer) {
  writer.varint(answer.event);
  writer.time(answer.at);
  writer.time(answer.confirmed_at);
  writer.text(answer.content);
  writer.varint(answer.cited.size());
  for (const CitedPage& page : answer.cited) {
    writer.text(page.url);
    writer.text(page.title);
    writer.text(page.snapshot_hash);
    writer.varint(page.version);
  }
  writer.varint(answer.changed.size());
  for (const ChangedPage& page : answer.changed) {
    writer.text(page.url);
    writer.varint(page.version_before);
    writer.varint(page.version);
  }
  writer.u8(static_cast<std::uint8_t>(answer.delivery.state));
  writer.varint(answer.delivery.attempts);
  writer.time(answer.delivery.next_at);
  writer.text(answer.delivery.problem);
}

StandingAnswer read(ByteReader& reader) {
  StandingAnswer answer;
  answer.event = reader.varint();
  answer.at = reader.time();
  answer.confirmed_at = reader.time();
  answer.content = reader.text();
  answer.cited.resize(reader.count(cited_bytes_min));
  for (CitedPage& page : answer.cited) {
    page.url = reader.text();
    page.title = reader.text();
    page.snapshot_hash = reader.text();
    page.version = reader.varint32();
  }
  answer.changed.resize(reader.count(changed_bytes_min));
  for (ChangedPage& page : answer.changed) {
    page.url = reader.text();
    page.version_before = reader.varint32();
    page.version = reader.varint32();
  }
  const std::uint8_t state = reader.u8();
  if (state > static_cast<std::uint8_t>(NoticeDelivery::State::given_up)) reader.reject();
  answer.delivery.state = static_cast<NoticeDelivery::State>(state);
  answer.delivery.attempts = reader.varint32();
  answer.delivery.next_at = reader.time();
  answer.delivery.problem = reader.text();
  return answer;
}

}  // namespace

std::string encode(const std::vector<StandingAnswer>& answers) {
  ByteWriter writer;
  writer.u8(layout);
  writer.varint(answers.size());
  for (const StandingAnswer& answer : answers) write(answer, writer);
  return writer.take();
}

bool decode(std::string_view bytes, std::vector<StandingAnswer>& answers) {
  ByteReader reader(bytes);
  if (reader.u8() != layout) return false;
  answers.resize(reader.count(answer_bytes_min));
  for (StandingAnswer& answer : answers) answer = read(reader);
  return reader.finished();
}

}  // namespace seekd::daemon
