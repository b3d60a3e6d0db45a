using System.ComponentModel.DataAnnotations;

namespace TeamsApp.Models;

public sealed record TrialInput([property: Required] string PlanName, [property: Range(1, 90)] int Days);
