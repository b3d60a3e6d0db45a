using System.Reflection;
using Intilery.AspNetCore.Outbox.Sql;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>
/// SQL Server as far as a machine without one can: the tables, and every statement, through Microsoft's provider and Microsoft's parser for
/// the oldest supported version and the newest.
/// </summary>
public sealed class SqlServerTextTests
{
    public static TheoryData<TSqlParser> Parsers => [new TSql130Parser(initialQuotedIdentifiers: true), new TSql170Parser(initialQuotedIdentifiers: true)];

    [Theory]
    [MemberData(nameof(Parsers), DisableDiscoveryEnumeration = true)]
    public void The_tables_are_made_by_statements_that_it_reads(TSqlParser parser)
    {
        using var db = Context();

        foreach (var batch in db.Database.GenerateCreateScript().Split("GO" + Environment.NewLine, StringSplitOptions.RemoveEmptyEntries))
        {
            AssertParses(parser, batch);
        }
    }

    [Theory]
    [MemberData(nameof(Parsers), DisableDiscoveryEnumeration = true)]
    public void Every_statement_is_one_that_it_reads(TSqlParser parser)
    {
        using var db = Context();
        var sql = OutboxSql.Of(db);
        var texts = Texts(sql).ToList();

        Assert.True(texts.Count > 35, $"{texts.Count} statements");
        Assert.All(texts, text => AssertParses(parser, text));
    }

    [Fact]
    public void A_batch_stays_within_the_2100_parameters_of_a_command_and_a_savepoint_within_32_characters()
    {
        using var db = Context();
        var sql = OutboxSql.Of(db);

        Assert.InRange(sql.Dialect.MaxParameters, sql.InsertRows.Width, 2100);
        var parser = new TSql170Parser(initialQuotedIdentifiers: true);
        var script = (TSqlScript)parser.Parse(new StringReader(sql.AppendIntent), out _);
        var savepoint = Assert.IsType<SaveTransactionStatement>(script.Batches[0].Statements[0]);
        Assert.InRange(savepoint.Name.Value.Length, 1, 32);
        Assert.DoesNotContain("RELEASE", sql.AppendIntent, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_compare_binary_and_fit_an_index()
    {
        using var db = Context();
        var script = db.Database.GenerateCreateScript();
        var outbox = db.GetService<IDesignTimeModel>().Model.GetEntityTypes().Where(type => type.ClrType.Namespace == typeof(OutboxSql).Namespace!.Replace("Sql", "EntityFramework", StringComparison.Ordinal)).ToList();

        Assert.Equal(6, outbox.Count);
        foreach (var type in outbox)
        {
            foreach (var (columns, max) in type.GetIndexes().Select(index => (Properties: index.Properties, Max: 1700)).Append((Properties: type.FindPrimaryKey()!.Properties, Max: 900)))
            {
                // Two bytes a character, eight a number.
                Assert.InRange(columns.Sum(column => column.GetMaxLength() is { } length ? 2 * length : 8), 1, max);
                Assert.All(columns.Where(column => column.ClrType == typeof(string)), column => Assert.Equal("Latin1_General_100_BIN2", column.GetCollation()));
            }
        }

        Assert.Contains("[UserId] nvarchar(450) COLLATE Latin1_General_100_BIN2", script, StringComparison.Ordinal);
        Assert.Contains("[Payload] varbinary(max) NOT NULL", script, StringComparison.Ordinal);
        Assert.Contains("[Position] bigint NOT NULL IDENTITY", script, StringComparison.Ordinal);
    }

    private static OutboxDb Context() => new(new DbContextOptionsBuilder<OutboxDb>().UseSqlServer("Server=none.test;Database=app").Options);

    private static IEnumerable<string> Texts(OutboxSql sql)
    {
        var ids = OutboxSql.List([1, 2]);
        foreach (var property in typeof(OutboxSql).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            switch (property.GetValue(sql))
            {
                // A list of ids, a condition of the lease's holder.
                case string text when text.EndsWith(" IN ", StringComparison.Ordinal):
                    yield return text + ids;
                    yield return text + ids + sql.HoldsLease;
                    break;
                case string text when property.Name != nameof(OutboxSql.HoldsLease):
                    yield return text;
                    break;
                case IReadOnlyList<string> texts:
                    foreach (var text in texts)
                    {
                        yield return text;
                    }

                    break;
                case Func<string, string?> ofIds:
                    yield return ofIds(ids)!;
                    break;
                case Func<bool, string> fenced:
                    yield return fenced(true);
                    yield return fenced(false);
                    break;
                case SqlInsert insert:
                    yield return insert.One;
                    var many = new System.Text.StringBuilder();
                    insert.Write(many, 3, 2);
                    yield return many.ToString();
                    break;
            }
        }

        yield return sql.Dialect.Undo;
        yield return sql.Dialect.UtcNow!;
    }

    private static void AssertParses(TSqlParser parser, string text)
    {
        parser.Parse(new StringReader(text), out var errors);
        Assert.True(errors.Count == 0, $"{string.Join("; ", errors.Select(error => error.Message))} in: {text}");
    }
}
