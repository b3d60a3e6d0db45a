using Intilery.AspNetCore.Events;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Reads what an entity tells of its trial: as it is, as its row was, and as its row is in the database.</summary>
internal sealed class TrialReader(IProperty trial, IProperty account, MappedValue end, MappedValue? start, MappedValue? plan, MappedValue? isTrial)
{
    public TrialState Current(EntityEntry entry) => Read(entry.CurrentValues, value => value.Current(entry));

    public TrialState Original(EntityEntry entry) => Read(entry.OriginalValues, value => value.Original(entry));

    public TrialState In(PropertyValues row, EntityEntry entry) => Read(row, value => value.In(row, entry));

    private TrialState Read(PropertyValues values, Func<MappedValue, object?> read)
    {
        var ends = DateOf(read(end));
        return new TrialState(isTrial is null ? ends is not null : read(isTrial) is true)
        {
            Trial = KeyText.Of(values[trial]),
            Account = KeyText.Of(values[account]),
            Start = start is null ? null : DateOf(read(start)),
            End = ends,
            Plan = plan is null ? null : EventText.Captured(MappedValue.Text(read(plan))),
        };
    }

    // A time without a zone is taken for UTC, a date for its beginning; a structure left at its default is none.
    private static DateTimeOffset? DateOf(object? value)
    {
        DateTimeOffset? date = value switch
        {
            DateTimeOffset own => own.ToUniversalTime(),
            DateTime { Kind: DateTimeKind.Local } local => new DateTimeOffset(local).ToUniversalTime(),
            DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
            DateOnly day => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
            _ => null,
        };
        return date == default(DateTimeOffset) ? null : date;
    }
}
