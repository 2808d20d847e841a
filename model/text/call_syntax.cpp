#include "model/text/call_syntax.h"

namespace seekd::model {

CallSyntax call_syntax(ToolForm form, const Tokenizer& tokenizer) {
  CallSyntax syntax{.form = form, .marks = marks_by_name(form), .tokens = {}};
  CallMarks& marks = syntax.marks;
  char number = 0;
  for (std::string* mark : {&marks.calls_begin, &marks.call_begin, &marks.separator,
                            &marks.call_end, &marks.calls_end}) {
    ++number;
    const auto token = mark->empty() ? std::nullopt : tokenizer.find(*mark);
    if (!token) continue;
    *mark = {mark_byte, number};
    syntax.tokens.emplace_back(*token, *mark);
  }
  return syntax;
}

}  // namespace seekd::model
