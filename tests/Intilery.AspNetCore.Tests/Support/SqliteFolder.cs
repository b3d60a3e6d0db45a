using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>The folder of embedded outboxes, gone after the test, with what stores on it logged.</summary>
internal sealed class SqliteFolder : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly List<SqliteOutboxStore> _stores = [];

    public TestDiagnostics Diagnostics { get; } = new(TimeProvider.System);

    public string Path => _scratch.Combine("outbox");

    public string[] Databases => Named("outbox-*.db");

    public string[] Named(string pattern) => [.. Directory.GetFiles(Path, pattern).Order(StringComparer.Ordinal)];

    /// <summary>Makes a path in the folder, which is made too.</summary>
    public string Combine(string name)
    {
        Assert.Null(OutboxFolder.Fault(Path));
        return System.IO.Path.Combine(Path, name);
    }

    /// <summary>Opens a store as a process of its own would; it is closed with the folder, if not before.</summary>
    public SqliteOutboxStore Open(long maxBytes = 1L << 30, SqliteSchema? schema = null, PayloadProtection? protection = null)
    {
        Assert.Null(OutboxFolder.Fault(Path));
        var settings = new SqliteOutboxSettings(Path, SyncEveryCommit: false, maxBytes) { Protection = protection ?? PayloadProtection.None };
        var store = new SqliteOutboxStore(schema is null ? settings : settings with { Schema = schema }, Diagnostics.Diagnostics);
        _stores.Add(store);
        store.Open();
        return store;
    }

    /// <summary>Leaves a file as a process that ended would.</summary>
    public async Task<string> LeaveAsync(params OutboxWrite[] writes)
    {
        using var leaving = Open();
        await leaving.WriteAsync(writes);
        return leaving.Description.Split(' ')[0];
    }

    public static object? Execute(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Literals of tests only.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    public void Dispose()
    {
        _stores.ForEach(store => store.Dispose());
        Diagnostics.Dispose();
        _scratch.Dispose();
    }
}
