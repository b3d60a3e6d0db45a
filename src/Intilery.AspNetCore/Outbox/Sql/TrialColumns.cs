using System.Data.Common;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.Sql;

/// <summary>A trial as a row, in the one order of columns that every table of trials has. Times are milliseconds since 1970.</summary>
internal static class TrialColumns
{
    public static object?[] Of(Trial trial) =>
    [
        trial.Key, trial.Version, trial.Generation, trial.Due, trial.UserId, trial.GroupId, trial.StartDate?.ToUnixTimeMilliseconds(),
        trial.EndDate?.ToUnixTimeMilliseconds(), trial.PlanName, trial.Destination, trial.EndedAt?.ToUnixTimeMilliseconds(),
    ];

    public static Trial Read(DbDataReader reader) => new(reader.GetString(0))
    {
        Version = reader.GetInt64(1),
        Generation = reader.GetInt64(2),
        UserId = Text(reader, 4),
        GroupId = Text(reader, 5),
        StartDate = Date(reader, 6),
        EndDate = Date(reader, 7),
        PlanName = Text(reader, 8),
        Destination = reader.GetString(9),
        EndedAt = Date(reader, 10),
    };

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Date(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));
}
