using System.Globalization;
using Intilery.AspNetCore.Outbox.EntityFramework;
using Intilery.AspNetCore.Trials;
using Microsoft.EntityFrameworkCore.Storage;
using Row = Intilery.AspNetCore.Outbox.EntityFramework.OutboxTrialEntity;

namespace Intilery.AspNetCore.Outbox.Sql;

/// <summary>The statements over the table of the trials' schedule.</summary>
internal sealed class TrialSql
{
    private static readonly string[] _properties =
    [
        nameof(Row.Key), nameof(Row.Version), nameof(Row.Generation), nameof(Row.Due), nameof(Row.UserId), nameof(Row.GroupId), nameof(Row.Starts),
        nameof(Row.Ends), nameof(Row.Plan), nameof(Row.Destination), nameof(Row.Ended),
    ];

    public TrialSql(OutboxTable trials, ISqlGenerationHelper sql, string provider)
    {
        var (key, version, due, user, group) =
            (trials[nameof(Row.Key)], trials[nameof(Row.Version)], trials[nameof(Row.Due)], trials[nameof(Row.UserId)], trials[nameof(Row.GroupId)]);
        var columns = trials.Columns(_properties);
        var never = Trial.Never.ToString(CultureInfo.InvariantCulture);

        Probe = $"SELECT {columns} FROM {trials.Name} WHERE 1 = 0";
        Find = $"SELECT {columns} FROM {trials.Name} WHERE {key} = {P(0)}";
        FindOpen = $"SELECT {columns} FROM {trials.Name} WHERE {group} = {P(0)} AND {trials[nameof(Row.Ended)]} IS NULL";

        // Values and no SELECT: only so does every database know the types of the parameters that are null.
        Insert = $"INSERT INTO {trials.Name} ({columns}) VALUES ({string.Join(", ", _properties.Select((_, i) => P(i)))})";
        Update =
            $"""
            UPDATE {trials.Name} SET {string.Join(", ", _properties.Select((property, i) => $"{trials[property]} = {P(i)}").Skip(1))}
            WHERE {key} = {P(0)} AND {version} = {P(_properties.Length)}
            """;
        ReadNext =
            $"""
            SELECT {columns} FROM {trials.Name} WHERE {due} < {never}
            ORDER BY {due}, {key} {SqlDialect.Limit(provider, P(0))}
            """;
        DeleteEnded = $"DELETE FROM {trials.Name} WHERE {trials[nameof(Row.Ended)]} < {P(0)}";
        PurgeUser =
        [
            $"DELETE FROM {trials.Name} WHERE {group} IS NULL AND {user} = {P(0)}",
            $"UPDATE {trials.Name} SET {user} = NULL, {version} = {version} + 1 WHERE {user} = {P(0)}",
        ];
        Now = SqlDialect.UtcNow(provider);

        string P(int index) => sql.GenerateParameterNamePlaceholder(OutboxSql.Parameter(index));
    }

    /// <summary>Gets a query that fails if the table or a column of it is missing, and returns nothing.</summary>
    public string Probe { get; }

    /// <summary>Gets the query of one trial: its key.</summary>
    public string Find { get; }

    /// <summary>Gets the query of the open trials of an account: its id.</summary>
    public string FindOpen { get; }

    /// <summary>Gets the statement that adds a trial: its values.</summary>
    public string Insert { get; }

    /// <summary>Gets the statement that changes a trial as it was seen: its new values, the version seen.</summary>
    public string Update { get; }

    /// <summary>Gets the query of the open trials that end next: how many.</summary>
    public string ReadNext { get; }

    public string DeleteEnded { get; }

    /// <summary>Gets the statements that erase a person: the user's id. The trial of an account goes on, as nobody's.</summary>
    public IReadOnlyList<string> PurgeUser { get; }

    /// <summary>Gets the query of the database's clock; <see langword="null"/> where it has none of its own.</summary>
    public string? Now { get; }
}
