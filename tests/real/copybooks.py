"""Copybooks of every kind of storage, as programs of thirty years have them; each is one 01 record."""

from __future__ import annotations

TAGGED = """      * COPIED WITH ITS NAMES CHANGED
           05  :TAG:-NAME           PIC X(12).
           05  :TAG:-AMOUNT         PIC S9(:DIGITS:)V99 COMP-3.
"""

COPYBOOKS = {
    "texts": """
       01  TEXTS.
           05  FIRST-NAME            PIC X(12).
           05  FILLER                PIC X(3).
           05  LAST-NAME             PIC A(20).
           05  INITIAL-LETTER        PIC X.
           05  MIXED                 PIC XX99X(3).
           05  POST-CODE             PIC X(8) JUSTIFIED RIGHT.
""",
    "unsigned": """
       01  UNSIGNED-NUMBERS.
           05  ONE-DIGIT             PIC 9.
           05  COUNTED               PIC 9(6).
           05  PRICE                 PIC 9(5)V99.
           05  RATE                  PIC V9(4).
           05  LONG-ONE              PIC 9(18).
           05  BLANKED               PIC 9(5) BLANK WHEN ZERO.
""",
    "trailing": """
       01  TRAILING-SIGNS.
           05  ONE-DIGIT             PIC S9.
           05  BALANCE               PIC S9(7)V99.
           05  SHARE                 PIC SV999.
           05  LONG-ONE              PIC S9(18).
           05  SAID                  PIC S9(4) SIGN IS TRAILING.
""",
    "leading": """
       01  LEADING-SIGNS.
           05  ONE-DIGIT             PIC S9 SIGN LEADING.
           05  BALANCE               PIC S9(7)V99 SIGN IS LEADING.
           05  APART                 PIC S9(5)V9 LEADING SEPARATE.
           05  BEHIND                PIC S9(5)V9
                                     SIGN TRAILING SEPARATE CHARACTER.
""",
    "packed": """
       01  PACKED-NUMBERS.
           05  ONE-DIGIT             PIC S9 COMP-3.
           05  EVEN-DIGITS           PIC S9(4) COMP-3.
           05  ODD-DIGITS            PIC S9(5)V99 USAGE IS COMP-3.
           05  WITHOUT-SIGN          PIC 9(6)V9 PACKED-DECIMAL.
           05  LONG-ONE              PIC S9(15)V9(3) COMPUTATIONAL-3.
           05  WITHOUT-SIGN-EVEN     PIC 9(4) COMP-3.
""",
    "binary": """
       01  BINARY-NUMBERS.
           05  HALF-WORD             PIC S9(4) COMP.
           05  WORD                  PIC S9(9) BINARY.
           05  DOUBLE-WORD           PIC S9(18) COMP-4.
           05  WITHOUT-SIGN          PIC 9(4) COMP.
           05  MONEY                 PIC S9(7)V99 USAGE COMP.
           05  SHORT-ONE             PIC S99 COMP.
           05  WIDE-ONE              PIC 9(10) BINARY.
""",
    "native": """
       01  NATIVE-NUMBERS.
           05  HALF-WORD             PIC S9(4) COMP-5.
           05  WORD                  PIC S9(9) COMP-5.
           05  DOUBLE-WORD           PIC S9(18) COMP-5.
           05  WITHOUT-SIGN          PIC 9(9) COMP-5.
           05  MONEY                 PIC S9(7)V99 COMPUTATIONAL-5.
""",
    "floats": """
       01  FLOATS.
           05  SINGLE-ONE            COMP-1.
           05  DOUBLE-ONE            COMP-2.
           05  NAMED                 PIC X(4).
           05  SECOND-DOUBLE         USAGE IS COMPUTATIONAL-2.
""",
    "scaled": """
       01  SCALED-NUMBERS.
           05  THOUSANDS             PIC S9(4)PPP.
           05  MILLIONTHS            PIC VPPP9(3).
           05  BINARY-HUNDREDS       PIC S9(4)PP COMP.
""",
    "tables": """
       01  TABLES.
           05  TITLE-NUMBER          PIC X(9).
           05  SCORE                 PIC S9(3)V9 COMP-3 OCCURS 4 TIMES.
           05  OWNER OCCURS 3 TIMES INDEXED BY OWNER-INDEX.
               10  OWNER-NAME        PIC X(10).
               10  STAKE             PIC 9(3)V99.
               10  CHARGE OCCURS 2.
                   15  LENDER        PIC X(5).
                   15  SECURED       PIC S9(9)V99 COMP.
           05  LAST-ONE              PIC 9(3).
""",
    "depending": """
       01  ROWS-THAT-VARY.
           05  OWNER-COUNT           PIC 99.
           05  NOTE-COUNT            PIC S9(4) COMP.
           05  OWNER OCCURS 0 TO 4 TIMES DEPENDING ON OWNER-COUNT.
               10  OWNER-NAME        PIC X(7).
               10  SINCE             PIC 9(8) COMP-3.
           05  BETWEEN               PIC X(3).
           05  NOTE                  PIC X(5)
               OCCURS 1 TO 3 DEPENDING ON NOTE-COUNT.
           05  LAST-ONE              PIC S9(3).
""",
    "redefined": """
       01  REDEFINED.
           05  DETAIL-KIND           PIC X.
               88  IS-PERSON         VALUE "P".
               88  IS-FIRM           VALUE "F" "G".
           05  PERSON.
               10  BORN              PIC 9(8).
               10  GIVEN-NAME        PIC X(12).
           05  FIRM REDEFINES PERSON.
               10  TURN-OVER         PIC S9(11)V99 COMP-3.
               10  STAFF             PIC S9(9) COMP.
               10  SHORT-NAME        PIC X(9).
           05  LAST-ONE              PIC 9(3).
""",
    "inherited": """
       01  INHERITED.
           05  AMOUNTS               COMP-3.
               10  FIRST-AMOUNT      PIC S9(5)V99.
               10  SECOND-AMOUNT     PIC 9(4).
           05  COUNTS USAGE IS BINARY.
               10  FIRST-COUNT       PIC S9(4).
               10  INNER.
                   15  SECOND-COUNT  PIC 9(9).
           05  SIGNED-ONES SIGN IS LEADING SEPARATE.
               10  FIRST-SIGNED      PIC S9(3).
               10  NO-SIGN           PIC 9(3).
           05  BUYER.
               10  PARTY-NAME        PIC X(6).
           05  SELLER.
               10  PARTY-NAME        PIC X(6).
""",
    "copied": """
       01  COPIED.
           COPY TAGGED REPLACING ==:TAG:== BY ==BUYER==
                                 ==:DIGITS:== BY ==5==.
           COPY TAGGED REPLACING ==:TAG:== BY ==SELLER==
                                 ==:DIGITS:== BY ==9==.
""",
    "vehicle": """000100 01  VEHICLE-RECORD.                                              A1
000200     05  RETURN-CODE-OF-IT       PIC 99.
000300     05  VEH-KEY.
000400         10  VEH-REG             PIC X(8).
000500         10  VEH-SUFFIX          PIC 9(3)        COMP.
000600     05  MAKE-NAME               PIC X(20).
000700     05  TAX-DUE                 PIC S9(5)V99    COMP-3.
000800     05  ODOMETER                PIC 9(7).
000900     05  EMISSIONS               PIC S9(3)V9
001000             SIGN IS LEADING SEPARATE CHARACTER.
001100     05  FIRST-REGISTERED        PIC 9(8).
001200     05  OWNER-COUNT             PIC 9.
001300     05  OWNER                   OCCURS 5 TIMES.
001400         10  OWNER-NAME          PIC X(15).
001500         10  OWNER-FROM          PIC 9(8)        COMP-3.
001600*    A COMMENT WITH A PERIOD. AND MORE
001700     05  FILLER                  PIC X(10).
""",
}
"""By name. All fit programs in fixed format. P in a packed number is not among them: GnuCOBOL 3.1.2 itself prints a
number that it moved there as other characters than digits."""
