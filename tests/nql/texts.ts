/** Queries and how they are printed. */
export const UNDERSTOOD: [text: string, printed: string][] = [
  ["", ""],
  [" \n\t", ""],

  // What neptune-fetcher sends.
  ["(`sys/trashed`:bool = false)", '`sys/trashed`:bool = "false"'],
  [
    '(((`sys/trashed`:bool = false) AND (`sys/id`:string = "R-1")))',
    '(`sys/trashed`:bool = "false") AND (`sys/id`:string = "R-1")',
  ],
  [
    '(((`sys/trashed`:bool = false) AND (`sys/name`:string = "exp-a")) AND (`sys/experiment/is_head`:bool = true))',
    '((`sys/trashed`:bool = "false") AND (`sys/name`:string = "exp-a")) AND (`sys/experiment/is_head`:bool = "true")',
  ],
  [
    '(((((`sys/trashed`:bool = false) AND (`sys/state`:experimentState = "running") AND (`sys/owner`:string = "o") AND ' +
    '(`sys/tags`:stringSet CONTAINS "t")) AND (`sys/custom_run_id`:string = "a\\"b\\\\c")) AND (`sys/name`:string MATCHES ' +
    '"x")) AND (`cfg/i`:int = 7))',
    '((((`sys/trashed`:bool = "false") AND (`sys/state`:experimentState = "running") AND (`sys/owner`:string = "o") AND ' +
    '(`sys/tags`:stringSet CONTAINS "t")) AND (`sys/custom_run_id`:string = "a\\"b\\\\c")) AND (`sys/name`:string MATCHES ' +
    '"x")) AND (`cfg/i`:int = "7")',
  ],
  ['(`sys/name`:string NOT MATCHES "z")', '`sys/name`:string NOT MATCHES "z"'],

  // What neptune-query sends.
  ['((`sys/name`:string MATCHES ".*"))', '`sys/name`:string MATCHES ".*"'],
  [
    '((`sys/custom_run_id`:string MATCHES "ro.t") AND (`sys/custom_run_id`:string NOT MATCHES "x")) OR ' +
    '((`sys/custom_run_id`:string MATCHES "y"))',
    '((`sys/custom_run_id`:string MATCHES "ro.t") AND (`sys/custom_run_id`:string NOT MATCHES "x")) OR ' +
    '(`sys/custom_run_id`:string MATCHES "y")',
  ],
  [
    '((`cfg/i`:int > "3") AND (`cfg/b`:bool == "True")) OR (NOT (`zz`:string EXISTS))',
    '((`cfg/i`:int > "3") AND (`cfg/b`:bool = "True")) OR (NOT (`zz`:string EXISTS))',
  ],
  ['`m`:floatSeries <= "1e-09"', '`m`:floatSeries <= "1e-09"'],
  ['`t`:datetime >= "2025-01-01T01:00:00+01:00"', '`t`:datetime >= "2025-01-01T01:00:00+01:00"'],
  ['`a`:stringSet NOT CONTAINS "x"', '`a`:stringSet NOT CONTAINS "x"'],
  ['last(`m`:floatSeries) > "0.5"', 'last(`m`:floatSeries) > "0.5"'],
  ['variance(`m`:floatSeries) != "0"', 'variance(`m`:floatSeries) != "0"'],

  // What upstream documents.
  ["sys/failed:bool = True", '`sys/failed`:bool = "True"'],
  ["accuracy: float > 0.88", '`accuracy`:float > "0.88"'],
  ["a:string = blobfish", '`a`:string = "blobfish"'],
  ["`sys/size`:int>50MB", '`sys/size`:int > "50MB"'],
  ["sys/creation_time:datetime > -2h", '`sys/creation_time`:datetime > "-2h"'],
  ['sys/creation_time:datetime > "-3M"', '`sys/creation_time`:datetime > "-3M"'],
  ["sys/creation_time:datetime>2024-02-03T12:00:00+09", '`sys/creation_time`:datetime > "2024-02-03T12:00:00+09"'],
  ["NOT (a:int = 1 AND b:int = 2)", 'NOT ((`a`:int = "1") AND (`b`:int = "2"))'],
  ["NOT a:int = 1", 'NOT (`a`:int = "1")'],
  ["a:fileRef EXISTS", "`a`:fileRef EXISTS"],
  ["a:fileRef NOT EXISTS", "NOT (`a`:fileRef EXISTS)"],
  ["average(m:floatSeries)>=0.5", 'average(`m`:floatSeries) >= "0.5"'],

  // How things bind.
  ["a=1 AND b=2 OR c=3", '((`a` = "1") AND (`b` = "2")) OR (`c` = "3")'],
  ["a=1 OR b=2 AND c=3", '(`a` = "1") OR ((`b` = "2") AND (`c` = "3"))'],
  ["(a=1 OR b=2) AND c=3", '((`a` = "1") OR (`b` = "2")) AND (`c` = "3")'],
  ["a=1 AND (b=2 AND c=3)", '(`a` = "1") AND ((`b` = "2") AND (`c` = "3"))'],
  ["a=1 AND b=2 AND c=3", '(`a` = "1") AND (`b` = "2") AND (`c` = "3")'],
  ["NOT a=1 AND b=2", '(NOT (`a` = "1")) AND (`b` = "2")'],
  ["NOT NOT a=1", 'NOT (NOT (`a` = "1"))'],
  ["NOT(a=1)", 'NOT (`a` = "1")'],
  ["NOT (NOT (a MATCHES x))", 'NOT (`a` NOT MATCHES "x")'],
  ["not a=1 or b exists and c contains 2", '(NOT (`a` = "1")) OR ((`b` EXISTS) AND (`c` CONTAINS "2"))'],
  ["((((a=1))))", '`a` = "1"'],

  // Lexical corners.
  ["a==1", '`a` = "1"'],
  ["a!=1", '`a` != "1"'],
  ["a<1", '`a` < "1"'],
  ["a\r\n>=\t1", '`a` >= "1"'],
  ["`a` : int = 1", '`a`:int = "1"'],
  ["a : int = 1", '`a`:int = "1"'],
  ['`a`="1"AND`b`="2"', '(`a` = "1") AND (`b` = "2")'],
  ['`a` = ""', '`a` = ""'],
  ['`a` = "AND"', '`a` = "AND"'],
  ["`NOT` = 1", '`NOT` = "1"'],
  ["last = 1", '`last` = "1"'],
  ["`a(b)` = 1", '`a(b)` = "1"'],
  ["`back\\slash` = 1", '`back\\slash` = "1"'],
  ["`two\\\\backslashes` = 1", '`two\\\\backslashes` = "1"'],
  ["`quoted \\` name` = 1", '`quoted \\` name` = "1"'],
  ["`ends with \\\\` = 1", '`ends with \\\\` = "1"'],
  ['a = "keeps \\d and \\n"', '`a` = "keeps \\\\d and \\\\n"'],
  ['a = "two\nlines"', '`a` = "two\nlines"'],
  ['a = "`"', '`a` = "`"'],
  ["日本/損失:float > 1", '`日本/損失`:float > "1"'],
  ["a.b-c_d/e[0]{x}$,;+* = 1", '`a.b-c_d/e[0]{x}$,;+*` = "1"'],
  ["a:integer = 1", '`a`:int = "1"'],
  ["a:float_series > 1", '`a`:floatSeries > "1"'],
  ["a:fileSet EXISTS", "`a`:fileSet EXISTS"],
  ["a:artifact EXISTS", "`a`:artifact EXISTS"],
  ["MIN(a) > 1", 'min(`a`) > "1"'],
  ["max( `a b` : floatSeries ) > 1", 'max(`a b`:floatSeries) > "1"'],
];

const OPERATOR = "an operator (=, !=, <, <=, >, >=, EXISTS, CONTAINS, MATCHES)";
const NAME = "the name of an attribute";
const TYPE =
  "a type (int, float, string, bool, datetime, stringSet, floatSeries, stringSeries, histogramSeries, fileRef, " +
  "fileRefSeries or experimentState)";
const END = "the end of the query";
const MORE = "AND, OR or the end of the query";

/** Texts that are no queries. */
export const REFUSED: [text: string, position: number, expected: string, found: string][] = [
  ["()", 1, NAME, ")"],
  ["() OR (a=1)", 1, NAME, ")"],
  ["(a=1) OR ()", 10, NAME, ")"],
  ["(", 1, NAME, END],
  [")", 0, NAME, ")"],
  ["(a=1", 4, "AND, OR or )", END],
  ["a=1)", 3, MORE, ")"],
  ["a", 1, OPERATOR, END],
  ["a b", 2, OPERATOR, "b"],
  ["a =", 3, "a value", END],
  ["a = AND", 4, "a value", "AND"],
  ["a = b c", 6, MORE, "c"],
  ["a = (b)", 4, "a value", "("],
  ["a = `b`", 4, "a value", "`b`"],
  ["a = 'b c'", 7, MORE, "c'"],
  ['"a" = 1', 0, NAME, '"a"'],
  ["a = 1 AND", 9, NAME, END],
  ["a = 1 AND AND b = 2", 10, NAME, "AND"],
  ["AND a = 1", 0, NAME, "AND"],
  ["a = 1 OR", 8, NAME, END],
  ["NOT", 3, NAME, END],
  ["a NOT = 1", 6, "EXISTS, CONTAINS or MATCHES", "="],
  ["a NOT", 5, "EXISTS, CONTAINS or MATCHES", END],
  ["a EXISTS 1", 9, MORE, "1"],
  ["a CONTAINS", 10, "a value", END],
  ["a: = 1", 3, TYPE, "="],
  ["a:banana = 1", 2, TYPE, "banana"],
  ["a:Int = 1", 2, TYPE, "Int"],
  ["a:`int` = 1", 2, TYPE, "`int`"],
  [":int = 1", 0, NAME, ":"],
  ["`a = 1", 0, "a closing backquote", END],
  ["`a\\` = 1", 0, "a closing backquote", END],
  ['a = "b', 4, "a closing double quote", END],
  ['a = "b\\"', 4, "a closing double quote", END],
  ["a ! b", 2, "a name, a value or an operator", '"!"'],
  ["median(a) > 1", 0, "average(, last(, max(, min( or variance(", "median"],
  ["last(a > 1", 7, ")", ">"],
  ["last() > 1", 5, NAME, ")"],
  ["last(min(a)) > 1", 8, ")", "("],
  ["= 1", 0, NAME, "="],
];
