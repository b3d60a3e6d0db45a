using System.ComponentModel.DataAnnotations;

namespace TeamsApp.Models;

public sealed record TrialInput([property: Required] string PlanName, [property: Range(0, 90)] int Days, [property: Range(0, 59)] int Minutes)
{
    public TimeSpan Length => new(Days, 0, Minutes, 0);
}
