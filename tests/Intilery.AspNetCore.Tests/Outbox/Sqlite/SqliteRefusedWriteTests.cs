using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

public sealed class SqliteRefusedWriteTests : RefusedWriteContract
{
    private readonly SqliteFolder _folder = new();

    protected override Task RefuseAsync(Table table, bool isKnown)
    {
        Assert.NotNull(Store);
        SqliteFolder.Execute(Assert.Single(_folder.Databases), SqliteRefusal.Begin(NameOf(table), "event", Bad, isKnown));
        return Task.CompletedTask;
    }

    protected override Task HealAsync()
    {
        foreach (var table in Enum.GetValues<Table>())
        {
            SqliteFolder.Execute(Assert.Single(_folder.Databases), SqliteRefusal.End(NameOf(table)));
        }

        return Task.CompletedTask;
    }

    private protected override IOutboxStore OpenNew() => _folder.Open();

    private protected override void CleanUp()
    {
        base.CleanUp();
        _folder.Dispose();
    }

    private static string NameOf(Table table) => table == Table.Rows ? "rows" : "dead_letters";
}
