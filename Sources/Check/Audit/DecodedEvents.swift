import Spec

/// Events that are decoded before their records are taken, each in a slot of its own.
///
/// A slot is filled by one thread and read by another, and whoever hands out slots keeps the two apart.
public final class DecodedEvents<S: System>: @unchecked Sendable {
  @usableFromInline let events: UnsafeMutablePointer<S.Event?>
  @usableFromInline let count: Int

  public init(slots: Int) {
    count = slots
    events = .allocate(capacity: slots)
    events.initialize(repeating: nil, count: slots)
  }

  deinit {
    events.deinitialize(count: count)
    events.deallocate()
  }

  /// The event in a slot; nil where its bytes were none.
  @inlinable public subscript(slot: Int) -> S.Event? {
    precondition(slot >= 0 && slot < count, "a slot that there is not")
    return events[slot]
  }

  @inlinable public func decode(_ bytes: UnsafeRawBufferPointer, into slot: Int) {
    precondition(slot >= 0 && slot < count, "a slot that there is not")
    events[slot] = Self.decode(bytes)
  }

  /// The event that bytes stand for; nil where they are none.
  @inlinable static func decode(_ bytes: UnsafeRawBufferPointer) -> S.Event? {
    var event = S.Event()
    var reader = ByteReader(bytes)
    event.fields(&reader)
    return reader.failed || !reader.isAtEnd ? nil : event
  }
}
