using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

public sealed class ErasureTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly TestDiagnostics _diagnostics = new(TimeProvider.System);

    [Fact]
    public async Task An_erased_person_is_gone_from_the_files_bytes_too()
    {
        var folder = _scratch.Combine("outbox");
        Directory.CreateDirectory(folder);
        using var store = new SqliteOutboxStore(new SqliteOutboxSettings(folder, SyncEveryCommit: false, 1L << 30), _diagnostics.Diagnostics);
        store.Open();
        await store.WriteAsync(Settle([.. Enumerable.Range(1, 200).Select(id => Row(id, id % 2 == 0 ? "peter-gibbons" : "mary-smith"))]));
        await store.RejectAsync(new DeadLetter(Row(2), "no", Noon), CancellationToken.None);
        Assert.Contains("peter-gibbons", Bytes(folder), StringComparison.Ordinal);

        Assert.Equal(100, await store.PurgeUserAsync("peter-gibbons", CancellationToken.None));

        Assert.DoesNotContain("peter-gibbons", Bytes(folder), StringComparison.Ordinal);
        Assert.Contains("mary-smith", Bytes(folder), StringComparison.Ordinal);
        Assert.Equal(100, (await store.IdsAsync()).Count);
    }

    public void Dispose()
    {
        _diagnostics.Dispose();
        _scratch.Dispose();
    }

    private static string Bytes(string folder) => string.Concat(Directory.EnumerateFiles(folder, "*.db*").Where(IsData).Select(path =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.Latin1);
        return reader.ReadToEnd();
    }));

    // Not the lock, which nobody can open while its process lives.
    private static bool IsData(string path) => !path.EndsWith(".lock", StringComparison.Ordinal);
}
