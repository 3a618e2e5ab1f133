import CSQLite
import Engine

// How the store speaks with SQLite.
extension TuneStore {
  /// Does several things, or none of them; the first error is the one that is told.
  func transaction(_ body: (TuneStore) throws(TuneStoreFailure) -> Void) throws(TuneStoreFailure) {
    try perform("BEGIN IMMEDIATE")
    do {
      try body(self)
      try perform("COMMIT")
    } catch {
      _ = try? database.run("ROLLBACK")
      throw error
    }
  }

  func perform(_ sql: String) throws(TuneStoreFailure) {
    do { try database.run(sql) } catch { throw TuneStoreFailure(path, error) }
  }

  /// Inserts a row, naming each column, so that columns of later versions do no harm.
  func write(_ insert: String, _ values: [(column: String, value: DatabaseValue?)]) throws(TuneStoreFailure) {
    let columns = values.map(\.column).joined(separator: ", ")
    let places = values.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
    try execute("\(insert) (\(columns)) VALUES (\(places))", values.map(\.value))
  }

  func execute(_ sql: String, _ values: [DatabaseValue?]) throws(TuneStoreFailure) { _ = try rows(sql, values) }

  /// How many rows the last statement changed.
  func changes() throws(TuneStoreFailure) -> Int64 {
    try rows("SELECT changes() AS count", []).first?["count"]?.integer ?? 0
  }

  /// Each row by the names of its columns; a column that is NULL is not there.
  func rows(_ sql: String, _ values: [DatabaseValue?]) throws(TuneStoreFailure) -> [[String: DatabaseValue]] {
    do {
      let statement = try Statement(sql, database)
      // What is not bound is NULL.
      for (index, value) in values.enumerated() { if let value { statement.bind(Int32(index + 1), value) } }
      let names = (0..<sqlite3_column_count(statement.pointer)).map { column in
        String(cString: sqlite3_column_name(statement.pointer, column))
      }
      var rows: [[String: DatabaseValue]] = []
      while try statement.next() {
        var row: [String: DatabaseValue] = [:]
        for (column, name) in names.enumerated() { row[name] = statement.value(Int32(column)) }
        rows.append(row)
      }
      return rows
    } catch {
      throw TuneStoreFailure(path, error)
    }
  }
}
