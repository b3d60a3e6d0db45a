namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>Where the embedded store keeps its files, and how.</summary>
/// <param name="Folder">The folder, absolute.</param>
/// <param name="SyncEveryCommit">Whether each commit is forced to the disk.</param>
/// <param name="MaxBytes">How large a file may grow by what is recorded.</param>
internal sealed record SqliteOutboxSettings(string Folder, bool SyncEveryCommit, long MaxBytes)
{
    /// <summary>Gets the schema that files are brought to.</summary>
    public SqliteSchema Schema { get; init; } = SqliteSchema.Current;
}
