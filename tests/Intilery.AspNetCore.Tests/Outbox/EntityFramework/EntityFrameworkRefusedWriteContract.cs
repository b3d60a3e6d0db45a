using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>The contract of refused events, kept in an application's own database.</summary>
public abstract class EntityFrameworkRefusedWriteContract(Func<Task<TestDatabase>> newDatabase) : RefusedWriteContract, IAsyncLifetime
{
    private SharedOutboxNode? _node;
    private TestDatabase? _database;

    public async ValueTask InitializeAsync()
    {
        _database = await newDatabase();
        _node = await SharedOutboxNode.StartAsync(_database, TimeProvider.System, createTables: true);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected override Task RefuseAsync(Table table, bool isKnown) => _database!.ExecuteAsync(
        !_database.IsPostgres && !_database.IsMariaDb ? SqliteRefusal.Begin(NameOf(table), "Event", Bad, isKnown)
        : isKnown ? $"""ALTER TABLE "{NameOf(table)}" ADD CONSTRAINT "refuses {table}" CHECK ("Event" <> '{Bad}')"""
        : _database.IsMariaDb
            ? $"""CREATE TRIGGER "refuses {table}" BEFORE INSERT ON "{NameOf(table)}" FOR EACH ROW IF NEW."Event" = '{Bad}' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END IF"""
        : $"""
          CREATE FUNCTION refuse_{table}() RETURNS trigger AS 'BEGIN RAISE EXCEPTION ''no''; END' LANGUAGE plpgsql;
          CREATE TRIGGER "refuses {table}" BEFORE INSERT ON "{NameOf(table)}" FOR EACH ROW WHEN (NEW."Event" = '{Bad}') EXECUTE FUNCTION refuse_{table}()
          """);

    protected override async Task HealAsync()
    {
        foreach (var table in Enum.GetValues<Table>())
        {
            await _database!.ExecuteAsync(
                _database.IsMariaDb ? $"""DROP TRIGGER IF EXISTS "refuses {table}" """
                : _database.IsPostgres ? $"""DROP TRIGGER IF EXISTS "refuses {table}" ON "{NameOf(table)}" """ : SqliteRefusal.End(NameOf(table)));
        }
    }

    private protected override IOutboxStore OpenNew() => _node!.Store;

    private protected override void CleanUp()
    {
        base.CleanUp();
        _node?.Dispose();
        _database?.Dispose();
    }

    private static string NameOf(Table table) => table == Table.Rows ? "IntileryOutboxRows" : "IntileryOutboxDeadLetters";
}
