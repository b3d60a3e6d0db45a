using System.Linq.Expressions;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox.Sql;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>
/// The outbox's tables in the application's model. Every facet that matters is configured explicitly, so that the application's conventions
/// (lengths, conversions) do not change it; names are not, so that they follow the application's conventions.
/// </summary>
internal static class OutboxModel
{
    private const int MaxKey = EventText.MaxIdLength;
    private const int MaxTraceParent = 55;
    private const int MaxMessage = 4000;
    private const string MySql = "MySql";

    public static void Configure(ModelBuilder model)
    {
        // Identities are compared byte by byte, whatever the database compares by default.
        var (collation, isMySql) = (SqlDialect.Of(ProviderOf(model.Model)).BinaryCollation, ProviderOf(model.Model) == MySql);
        model.Entity<IntileryOutboxRows>(row =>
        {
            row.HasKey(entity => entity.Position);
            row.HasIndex(entity => entity.Id).IsUnique();
            row.HasIndex(entity => new { entity.Destination, entity.Backfill, entity.Position });
            row.HasIndex(entity => entity.UserId);
            row.Property(entity => entity.Position).ValueGeneratedOnAdd().HasConversion((ValueConverter?)null);
            Number(row, entity => entity.Id);
            Number(row, entity => entity.Format);
            Key(row, entity => entity.Destination);
            Key(row, entity => entity.UserId);
            Text(row, entity => entity.Event, MaxKey);
            Number(row, entity => entity.Due);
            Number(row, entity => entity.Backfill);
            Text(row, entity => entity.TraceParent, MaxTraceParent);
            Bytes(row, entity => entity.Payload);
        });
        model.Entity<IntileryOutboxIntents>(intent =>
        {
            intent.HasKey(entity => entity.Id);
            intent.HasIndex(entity => entity.UserId);
            intent.HasIndex(entity => entity.Owner);
            Number(intent, entity => entity.Id);
            Number(intent, entity => entity.Format);
            Key(intent, entity => entity.Owner);
            Key(intent, entity => entity.Scope);
            Key(intent, entity => entity.UserId);
            Text(intent, entity => entity.TraceParent, MaxTraceParent);
            Bytes(intent, entity => entity.Payload);
        });
        model.Entity<IntileryOutboxDeadLetters>(letter =>
        {
            letter.HasKey(entity => entity.Id);
            letter.HasIndex(entity => entity.UserId);
            Number(letter, entity => entity.Id);
            Number(letter, entity => entity.Format);
            Key(letter, entity => entity.Destination);
            Key(letter, entity => entity.UserId);
            Text(letter, entity => entity.Event, MaxKey);
            Number(letter, entity => entity.Due);
            Text(letter, entity => entity.TraceParent, MaxTraceParent);
            Bytes(letter, entity => entity.Payload);
            Text(letter, entity => entity.Message, MaxMessage);
            Number(letter, entity => entity.Rejected);
        });
        model.Entity<IntileryOutboxNodes>(node =>
        {
            node.HasKey(entity => entity.Id);
            Key(node, entity => entity.Id);
            Key(node, entity => entity.Owner);
            Number(node, entity => entity.Fence);
            Number(node, entity => entity.Beat);
            Number(node, entity => entity.Format);
            Key(node, entity => entity.Name);
        });
        model.Entity<IntileryOutboxTrials>(trial =>
        {
            trial.HasKey(entity => entity.Key);
            trial.HasIndex(entity => entity.Due);
            trial.HasIndex(entity => entity.GroupId);
            trial.HasIndex(entity => entity.UserId);
            Key(trial, entity => entity.Key);
            Number(trial, entity => entity.Format);
            Number(trial, entity => entity.Version);
            Number(trial, entity => entity.Generation);
            Number(trial, entity => entity.Due);
            Key(trial, entity => entity.UserId);
            Key(trial, entity => entity.GroupId);
            Number(trial, entity => entity.Starts);
            Number(trial, entity => entity.Ends);
            Text(trial, entity => entity.Plan, EventText.MaxValueLength);
            Key(trial, entity => entity.Destination);
            Number(trial, entity => entity.Ended);
        });
        model.Entity<IntileryOutboxState>(state =>
        {
            state.HasKey(entity => entity.Name);
            Key(state, entity => entity.Name);
            Number(state, entity => entity.Version);
            Bytes(state, entity => entity.Value);
        });

        void Key<T>(EntityTypeBuilder<T> type, Expression<Func<T, string?>> property)
            where T : class
        {
            var key = Text(type, property, MaxKey).UseCollation(collation);
            if (isMySql)
            {
                // Oracle's provider reads these alone.
                key.HasAnnotation("MySQL:Charset", "utf8mb4").HasAnnotation("MySQL:Collation", collation);
            }
        }
    }

    private static void Number<T, TNumber>(EntityTypeBuilder<T> type, Expression<Func<T, TNumber>> property)
        where T : class => type.Property(property).ValueGeneratedNever().HasConversion((ValueConverter?)null);

    private static PropertyBuilder<string?> Text<T>(EntityTypeBuilder<T> type, Expression<Func<T, string?>> property, int maxLength)
        where T : class => type.Property(property).HasMaxLength(maxLength).IsUnicode().HasConversion((ValueConverter?)null);

    // No length: a payload is as long as the API allows, which most databases keep aside.
    private static void Bytes<T>(EntityTypeBuilder<T> type, Expression<Func<T, byte[]>> property)
        where T : class => type.Property(property).HasConversion((ValueConverter?)null);

    // A model that is being built has no provider, but the annotations of its conventions: only SQLite's leave none.
    private static string? ProviderOf(IMutableModel model) =>
        model.FindAnnotation("Npgsql:ValueGenerationStrategy") is not null ? "PostgreSQL"
        : model.FindAnnotation("SqlServer:ValueGenerationStrategy") is not null ? "SqlServer"
        : model.GetMaxIdentifierLength() == 64 ? MySql
        : model.GetMaxIdentifierLength() == short.MaxValue ? "Sqlite"
        : null;
}

/// <summary>
/// A row of the outbox. These types are for the model only: no context ever tracks one. Each is named as its table, so that the
/// application's naming convention determines the table's name.
/// </summary>
internal sealed class IntileryOutboxRows
{
    /// <summary>
    /// Gets or sets the place in the order of delivery. The database makes it, so that it does not hang on nodes' clocks.
    /// </summary>
    public long Position { get; set; }

    public long Id { get; set; }

    public int Format { get; set; }

    public required string Destination { get; set; }

    public string? UserId { get; set; }

    public required string Event { get; set; }

    /// <summary>Gets or sets the due time in milliseconds since 1970: a number is the same in every database.</summary>
    public long Due { get; set; }

    /// <summary>Gets or sets 1 for a row of a backfill, else 0: a number sorts alike in every database.</summary>
    public int Backfill { get; set; }

    public string? TraceParent { get; set; }

    public required byte[] Payload { get; set; }
}

/// <summary>An intent, see <see cref="Intent"/>.</summary>
internal sealed class IntileryOutboxIntents
{
    public long Id { get; set; }

    public int Format { get; set; }

    /// <summary>Gets or sets the process that is to commit it, see <see cref="IntileryOutboxNodes"/>.</summary>
    public required string Owner { get; set; }

    public required string Scope { get; set; }

    public required string UserId { get; set; }

    public string? TraceParent { get; set; }

    public required byte[] Payload { get; set; }
}

/// <summary>A dead letter.</summary>
internal sealed class IntileryOutboxDeadLetters
{
    public long Id { get; set; }

    public int Format { get; set; }

    public required string Destination { get; set; }

    public string? UserId { get; set; }

    public required string Event { get; set; }

    public long Due { get; set; }

    public string? TraceParent { get; set; }

    public required byte[] Payload { get; set; }

    public required string Message { get; set; }

    /// <summary>Gets or sets when it was rejected, in milliseconds since 1970.</summary>
    public long Rejected { get; set; }
}

/// <summary>
/// A process that shares the outbox, or the lease on delivery. No clock is in it: a row whose beat stands still, by the clock of the
/// process that looks at it, belongs to a process that is gone.
/// </summary>
internal sealed class IntileryOutboxNodes
{
    /// <summary>Gets or sets the process's id, or the lease's name.</summary>
    public required string Id { get; set; }

    /// <summary>Gets or sets the process that holds the lease; empty when no process does.</summary>
    public required string Owner { get; set; }

    /// <summary>Gets or sets how often the lease has changed hands.</summary>
    public long Fence { get; set; }

    public long Beat { get; set; }

    /// <summary>Gets or sets the greatest format that the process reads.</summary>
    public int Format { get; set; }

    /// <summary>Gets or sets the machine and the process, for status and page.</summary>
    public required string Name { get; set; }
}

/// <summary>A trial of the schedule. Times are milliseconds since 1970.</summary>
internal sealed class IntileryOutboxTrials
{
    public required string Key { get; set; }

    public int Format { get; set; }

    public long Version { get; set; }

    public long Generation { get; set; }

    public long Due { get; set; }

    public string? UserId { get; set; }

    public string? GroupId { get; set; }

    public long? Starts { get; set; }

    public long? Ends { get; set; }

    public string? Plan { get; set; }

    public required string Destination { get; set; }

    public long? Ended { get; set; }
}

/// <summary>What operators' commands keep for each other and for the nodes: the cursor of a backfill, a request, its answer.</summary>
internal sealed class IntileryOutboxState
{
    public required string Name { get; set; }

    /// <summary>Gets or sets how often it was changed: a change names the version that it has seen.</summary>
    public long Version { get; set; }

    public required byte[] Value { get; set; }
}
