package io.regionbridge.dns.upstream;

/**
 * How many packets may go to a region's gateways beyond the one that goes at once for each
 * question, measured over the last three seconds. It holds above all when gateways are unwell: a
 * gateway that is late because it has too much to do must not be given more. For one event loop.
 */
final class PacketBudget {
  /** Why a packet is sent later than its question was asked. */
  enum Reason {
    /** The reply is late, and why is not known. */
    LATE(0.25, 4),

    /** No gateway says a word: one packet there asks as much as three. */
    SILENT(0.05, 4),

    /** The packet was lost: the gateway answers others as quickly as ever. */
    LOST(1.12, 4),

    /**
     * Its gateway is silent or fails at everything, and another one is well. That ends by itself:
     * questions that follow go to the other one at once.
     */
    MOVED(0.25, 8),

    /** The question had to wait until its gateway could take it. */
    HELD(0.25, 4);

    private final double perQuestion;
    private final int least;

    /**
     * @param perQuestion further packets for each question asked
     * @param least further packets in three seconds, however few questions were asked
     */
    Reason(double perQuestion, int least) {
      this.perQuestion = perQuestion;
      this.least = least;
    }
  }

  private static final long SLOT_NANOS = 50_000_000;

  /** Questions are counted over three seconds or a little less, further packets over more. */
  private static final int SLOTS = 61;

  private final int[] questions = new int[SLOTS];
  private final int[] further = new int[SLOTS];
  private int questionSum;
  private int furtherSum;
  private long slot;

  PacketBudget(long now) {
    slot = now / SLOT_NANOS;
  }

  /** Counts a question. */
  void countQuestion(long now) {
    turn(now);
    questions[at(slot)]++;
    questionSum++;
  }

  /** Takes a further packet; false if there is none left. */
  boolean take(Reason reason, long now) {
    turn(now);
    int counted = questionSum - questions[at(slot + 1)];
    if (furtherSum + 1 > Math.max(reason.least, reason.perQuestion * counted)) {
      return false;
    }
    further[at(slot)]++;
    furtherSum++;
    return true;
  }

  private void turn(long now) {
    long current = now / SLOT_NANOS;
    if (current - slot > SLOTS) {
      slot = current - SLOTS;
    }
    while (slot < current) {
      slot++;
      int i = at(slot);
      questionSum -= questions[i];
      furtherSum -= further[i];
      questions[i] = 0;
      further[i] = 0;
    }
  }

  private static int at(long slot) {
    return (int) (slot % SLOTS);
  }
}
