// SchemaReader: a JSON Schema as rules of a grammar.
//
// What is read: schema_keywords.h. Every text of the rules is valid by the schema; not every valid
// text is one of them: properties stand in the schema's order, those that are not named are written
// where `additionalProperties` is there, space stands behind ',' and ':' alone, and a number has at
// most 15 digits. A word that cannot be held to is refused by its place. One thread; the schema
// outlives it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "model/shape/grammar.h"
#include "model/shape/json_numbers.h"
#include "model/shape/json_strings.h"
#include "model/shape/schema_fault.h"

namespace seekd::model {

enum class Strictness : std::uint8_t {
  as_written,
  strict,  // as OpenAI has it: objects name all that they have, and all of it is required
};

// What is left of the work that reading may cost: of all schemas of a grammar together.
struct SchemaWork {
  std::size_t pattern_steps = 8'000'000;  // some 80 ms
  std::size_t merged_bytes = 8 << 20;     // of schemas that are joined, as text
};

class SchemaReader {
 public:
  using RuleId = GrammarBuilder::RuleId;

  SchemaReader(GrammarBuilder& builder, const boost::json::value& schema, Strictness strictness,
               SchemaWork& work);

  // The rule of the whole schema. Errors: SchemaFault has them.
  SchemaResult<RuleId> read();

 private:
  using Object = boost::json::object;
  using Value = boost::json::value;

  struct Waiting {
    const Value* schema;
    std::string path;
    RuleId rule;
  };
  struct Target {
    const Value* schema;
    std::string path;
  };

  RuleId rule_of(const Value& schema, std::string path);
  const Value& own(Value value);
  bool refuse(ErrorCode code, std::string at, std::string message);
  bool unsupported(const std::string& path, std::string_view word);

  // Each adds what it names to the rule; false where it has refused something.
  bool read(const Waiting& next);
  bool read_object(const Object& schema, const Waiting& next);
  bool known(const Object& schema, const std::string& path);
  bool read_choice(const Object& schema, std::string_view word, const Waiting& next);
  bool read_values(const Object& schema, const Waiting& next);
  bool read_types(const Object& schema, const Waiting& next);
  bool read_type(std::string_view type, const Object& schema, const Waiting& next);
  bool types_named(const Object& schema, const std::string& path,
                   std::vector<std::string_view>& types);

  bool add_string(const Object& schema, const Waiting& next);
  bool add_numeric(std::string_view type, const Object& schema, const Waiting& next);
  bool read_bounds(const Object& schema, const std::string& path, NumberBounds& bounds);
  bool read_size(const Object& schema, std::string_view word, const std::string& path,
                 std::optional<std::size_t>& size);
  std::optional<Target> find(const Object& schema, const std::string& path);
  std::optional<Object> flattened(const Object& schema, const std::string& path, unsigned depth);
  bool exclusive(const boost::json::array& all, const std::string& path);

  struct Property {
    std::string name;
    RuleId rule = 0;
    bool required = false;
  };
  bool add_members(const Object& schema, const Waiting& next);
  bool read_properties(const Object& schema, const std::string& path, std::vector<Property>& all,
                       std::optional<RuleId>& rest);
  bool require(const Object& schema, const std::string& path, std::vector<Property>& all,
               const std::optional<RuleId>& rest);
  bool is_strict(const Object& schema, const std::vector<Property>& all, const std::string& path);
  void write_members(RuleId rule, const std::vector<Property>& all, std::optional<RuleId> rest);
  void write_member(StateId from, std::string_view name, RuleId value, StateId to);

  bool add_items(const Object& schema, const Waiting& next);
  void write_items(RuleId rule, const std::vector<RuleId>& first, std::optional<RuleId> rest,
                   std::size_t least, std::optional<std::size_t> most);

  RuleId any_value();
  StateId behind_space(StateId from);

  GrammarBuilder& builder_;
  JsonStrings strings_;
  const Value& root_;
  const Strictness strictness_;
  std::map<const Value*, RuleId> rules_;
  std::vector<Waiting> waiting_;
  std::deque<Value> owned_;
  std::map<std::string, CharacterAutomaton> patterns_;
  SchemaWork& work_;
  std::optional<SchemaFault> fault_;
  std::optional<RuleId> any_;
  const Object* any_schema_ = nullptr;  // ours: as strict as nothing
};

}  // namespace seekd::model
