      *****************************************************************
      * VEHICLE REGISTER: WHAT THE INQUIRY PROGRAM ANSWERS            *
      * RETURN-CODE 04: NO SUCH VEHICLE                               *
      *****************************************************************
       01  VEHICLE-RECORD.
           05  RETURN-CODE             PIC 99.
           05  VEH-REG                 PIC X(8).
           05  VEH-MAKE                PIC X(12).
           05  TAX-DUE                 PIC S9(5)V99    COMP-3.
           05  FIRST-REGISTERED        PIC 9(8).
           05  DETAIL-KIND             PIC X.
               88  IS-CAR              VALUE 'A'.
               88  IS-LORRY            VALUE 'B'.
           05  DETAIL-A.
               10  SEATS               PIC 9(2).
               10  FILLER              PIC X(3).
           05  DETAIL-B REDEFINES DETAIL-A.
               10  LOAD-TONNES         PIC S9(3)V99.
           05  OWNER-COUNT             PIC S9(4)       COMP.
           05  OWNER                   OCCURS 0 TO 5 TIMES
                                       DEPENDING ON OWNER-COUNT.
               10  OWNER-NAME          PIC X(20).
               10  OWNER-FROM          PIC 9(8)        COMP-3.
