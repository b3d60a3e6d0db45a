namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>What paths can find on an endpoint.</summary>
/// <param name="Name">The endpoint's name, for people.</param>
/// <param name="Arguments">Its arguments and bound page properties.</param>
/// <param name="RouteParameters">The names of its routes' parameters.</param>
/// <param name="Result">What is known of its result.</param>
internal sealed record EndpointShape(
    string Name, IReadOnlyList<EndpointArgument> Arguments, IReadOnlyCollection<string> RouteParameters, ResultShape Result)
{
    /// <summary>Lists what paths can begin with.</summary>
    public string Available() => string.Join(", ", Arguments
        .Select(argument => argument.Name)
        .Concat(RouteParameters.Select(parameter => $"{PathRoots.Route}.{parameter}"))
        .Concat(Result.IsNothing ? [] : [PathRoots.Result])
        .Append($"{PathRoots.User}.{string.Join('|', PathRoots.UserWords)}"));
}
