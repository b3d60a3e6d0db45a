using Intilery.AspNetCore.Outbox.EntityFramework;
using Microsoft.EntityFrameworkCore.Storage;
using Node = Intilery.AspNetCore.Outbox.EntityFramework.OutboxNodeEntity;

namespace Intilery.AspNetCore.Outbox.Sql;

/// <summary>The statements over the table of those who share the outbox.</summary>
internal sealed class NodeSql
{
    /// <summary>The row that is the lease on delivery, and no process.</summary>
    public const string Lease = "delivery";

    /// <summary>The lease's owner when nobody holds it.</summary>
    public const string Nobody = "";

    public NodeSql(OutboxTable nodes, OutboxTable intents, ISqlGenerationHelper sql)
    {
        var (id, owner, fence, beat) = (nodes[nameof(Node.Id)], nodes[nameof(Node.Owner)], nodes[nameof(Node.Fence)], nodes[nameof(Node.Beat)]);
        Insert =
            $"""
            INSERT INTO {nodes.Name} ({id}, {owner}, {fence}, {beat})
            SELECT {P(0)}, {P(1)}, {P(2)}, 1 WHERE NOT EXISTS (SELECT 1 FROM {nodes.Name} WHERE {id} = {P(0)})
            """;
        Read = $"SELECT {id}, {owner}, {fence}, {beat} FROM {nodes.Name}";
        Beat = $"UPDATE {nodes.Name} SET {beat} = {beat} + 1 WHERE {id} = {P(0)}";
        Leave = $"DELETE FROM {nodes.Name} WHERE {id} = {P(0)}";
        Bury =
            $"""
            DELETE FROM {nodes.Name} WHERE {id} = {P(0)} AND {beat} = {P(1)}
                AND NOT EXISTS (SELECT 1 FROM {intents.Name} WHERE {intents[nameof(OutboxIntentEntity.Owner)]} = {P(0)})
            """;
        TakeLease =
            $"""
            UPDATE {nodes.Name} SET {owner} = {P(0)}, {fence} = {fence} + 1, {beat} = {beat} + 1
            WHERE {id} = '{Lease}' AND {fence} = {P(1)} AND {beat} = {P(2)}
            """;
        RenewLease =
            $"UPDATE {nodes.Name} SET {beat} = {beat} + 1 WHERE {id} = '{Lease}' AND {owner} = {P(0)} AND {fence} = {P(1)}";
        ReleaseLease =
            $"UPDATE {nodes.Name} SET {owner} = '{Nobody}' WHERE {id} = '{Lease}' AND {owner} = {P(0)} AND {fence} = {P(1)}";
        HoldsLease = $"EXISTS (SELECT 1 FROM {nodes.Name} WHERE {id} = '{Lease}' AND {owner} = {P(0)} AND {fence} = {P(1)})";

        string P(int index) => sql.GenerateParameterNamePlaceholder(OutboxSql.Parameter(index));
    }

    /// <summary>Gets the statement that adds a row: id, owner, fence.</summary>
    public string Insert { get; }

    public string Read { get; }

    public string Beat { get; }

    public string Leave { get; }

    /// <summary>Gets the statement that removes a row whose beat stands still, once no intent names it: id, beat.</summary>
    public string Bury { get; }

    /// <summary>Gets the statement that takes the lease as it was seen: owner, fence, beat.</summary>
    public string TakeLease { get; }

    /// <summary>Gets the statement that keeps the lease: owner, fence.</summary>
    public string RenewLease { get; }

    public string ReleaseLease { get; }

    /// <summary>Gets the condition that fences what only the lease's holder may do: owner, fence are the statement's first parameters.</summary>
    public string HoldsLease { get; }
}
