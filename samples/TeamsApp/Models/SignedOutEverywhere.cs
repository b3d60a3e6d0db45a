namespace TeamsApp.Models;

/// <param name="WithinMinutes">How long the person's other devices may stay signed in: until their session is next compared with the user.</param>
public sealed record SignedOutEverywhere(int WithinMinutes);
