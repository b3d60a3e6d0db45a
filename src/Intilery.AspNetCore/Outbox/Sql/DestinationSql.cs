using Intilery.AspNetCore.Outbox.EntityFramework;
using Microsoft.EntityFrameworkCore.Storage;
using Row = Intilery.AspNetCore.Outbox.EntityFramework.OutboxRowEntity;
using TrialRow = Intilery.AspNetCore.Outbox.EntityFramework.OutboxTrialEntity;

namespace Intilery.AspNetCore.Outbox.Sql;

/// <summary>The statements over destinations.</summary>
internal sealed class DestinationSql
{
    public DestinationSql(OutboxTable rows, OutboxTable trials, ISqlGenerationHelper sql)
    {
        var (from, to) = (sql.GenerateParameterNamePlaceholder(OutboxSql.Parameter(0)), sql.GenerateParameterNamePlaceholder(OutboxSql.Parameter(1)));
        var (row, trial, version) = (rows[nameof(Row.Destination)], trials[nameof(TrialRow.Destination)], trials[nameof(TrialRow.Version)]);
        var isOpen = $"{trials[nameof(TrialRow.Ended)]} IS NULL";

        CountRows = $"SELECT {row}, COUNT(*) FROM {rows.Name} GROUP BY {row}";
        CountTrials = $"SELECT {trial}, COUNT(*) FROM {trials.Name} WHERE {isOpen} GROUP BY {trial}";
        RedirectRows = $"UPDATE {rows.Name} SET {row} = {to} WHERE {row} = {from}";

        // Whoever has just read a trial must not end it at the former destination.
        RedirectTrials = $"UPDATE {trials.Name} SET {trial} = {to}, {version} = {version} + 1 WHERE {trial} = {from} AND {isOpen}";
        PurgeRows = $"DELETE FROM {rows.Name} WHERE {row} = {from}";
        PurgeTrials = $"DELETE FROM {trials.Name} WHERE {trial} = {from} AND {isOpen}";
    }

    public string CountRows { get; }

    public string CountTrials { get; }

    /// <summary>Gets the statement that changes the rows' destination: from, to.</summary>
    public string RedirectRows { get; }

    /// <summary>Gets the statement that changes the open trials' destination: from, to.</summary>
    public string RedirectTrials { get; }

    public string PurgeRows { get; }

    public string PurgeTrials { get; }
}
