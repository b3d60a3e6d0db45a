
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>The events of one function on one endpoint.</summary>
internal sealed class TypedEvent(string endpoint, TypedEventMetadata metadata, IReadOnlyList<Func<EndpointValues, object?>> parameters) : IEndpointEvent
{
    public string Source => $"{endpoint} .{metadata}";

    public bool WhenInvalid => false;

    public bool ReadsTenant => false;

    public bool Accepts(int status) => EndpointStatus.IsSuccess(null, status);

    public EndpointReading Read(EndpointValues values, int atMost)
    {
        var (taken, over) = (new List<LifecycleEvent>(), 0);
        foreach (var one in Make(values).OfType<LifecycleEvent>())
        {
            if (taken.Count < atMost)
            {
                taken.Add(one);
            }
            else
            {
                over++;
            }
        }

        return new EndpointReading(taken.Count, over, _ => taken);
    }

    private IEnumerable<LifecycleEvent?> Make(EndpointValues values)
    {
        var arguments = new object?[parameters.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = parameters[i](values);
            if (!metadata.Parameters[i].Type.IsInstanceOfType(arguments[i]))
            {
                // A result of another type, or none: this call has nothing to tell.
                return [];
            }
        }

        return metadata.Create(arguments) ?? [];
    }
}
