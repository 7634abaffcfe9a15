      *****************************************************************
      * VEHICLE REGISTER: WHAT THE INQUIRY PROGRAM IS ASKED           *
      *****************************************************************
       01  VEHICLE-INQUIRY.
           05  INQ-FUNC                PIC X.
               88  INQ-IS-VIEW         VALUE 'V'.
           05  INQ-REG                 PIC X(8).
