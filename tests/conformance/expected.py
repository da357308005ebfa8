"""The demands of Annex E for each attribute of the cohort, written from its tables by hand, not from the engine's.

An attribute that no list names is of the equipment or the examination, and must stay as it is.
"""

from __future__ import annotations

PSEUDONYMS = frozenset(("PatientName", "PatientID"))
IDENTITY = frozenset(
    (
        "PatientBirthDate",
        "PatientAddress",
        "PatientTelephoneNumbers",
        "OtherPatientIDs",
        "AccessionNumber",
        "StudyID",
        "ReferringPhysicianName",
        "OperatorsName",
        "IssuerOfPatientID",
        "RequestedProcedureID",
        "ScheduledProcedureStepID",
        "PerformedProcedureStepID",
        "ContentCreatorName",
        "ReviewerName",
        "ROIInterpreter",
        "VerifyingObserverName",
        "VerifyingOrganization",
        "PersonName",
        "ContainerIdentifier",
        "SpecimenIdentifier",
        "DoseComment",
        "EncapsulatedDocument",
    )
)
"""Never left, whatever the options. Dose Comment is this project's: E.1-1 does not list it."""
UIDS = frozenset(
    (
        "SOPInstanceUID",
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "FrameOfReferenceUID",
        "ReferencedFrameOfReferenceUID",
        "ReferencedSOPInstanceUID",
        "IrradiationEventUID",
        "DimensionOrganizationUID",
        "TrackingUID",
        "SpecimenUID",
        "InstanceCreatorUID",
    )
)
DATES = frozenset(
    (
        "StudyDate",
        "SeriesDate",
        "ContentDate",
        "AcquisitionDate",
        "InstanceCreationDate",
        "AcquisitionDateTime",
        "ContributionDateTime",
        "FrameAcquisitionDateTime",
        "FrameReferenceDateTime",
        "RadiopharmaceuticalStartDateTime",
        "RadiopharmaceuticalStopDateTime",
        "PerformedProcedureStepStartDate",
        "StructureSetDate",
        "ReviewDate",
        "RTPlanDate",
        "PresentationCreationDate",
        "VerificationDateTime",
        "DateOfSecondaryCapture",
    )
)
TIMES = frozenset(
    (
        "StudyTime",
        "SeriesTime",
        "ContentTime",
        "AcquisitionTime",
        "InstanceCreationTime",
        "RadiopharmaceuticalStartTime",
        "RadiopharmaceuticalStopTime",
        "StructureSetTime",
        "ReviewTime",
        "RTPlanTime",
        "PresentationCreationTime",
    )
)
DEVICE_DATES = frozenset(("DateOfLastCalibration", "TimeOfLastCalibration"))
DEVICE = frozenset(
    (
        "StationName",
        "DeviceSerialNumber",
        "GantryID",
        "PlateID",
        "DetectorID",
        "SecondaryCaptureDeviceID",
        "TreatmentMachineName",
    )
)
INSTITUTION = frozenset(("InstitutionName", "InstitutionalDepartmentName"))
CHARACTERISTICS = frozenset(("PatientSex", "PatientAge", "PatientSize", "PatientWeight"))
DESCRIPTORS = frozenset(
    (
        "StudyDescription",
        "SeriesDescription",
        "ProtocolName",
        "PatientComments",
        "RequestedProcedureDescription",
        "ImageComments",
        "FrameComments",
        "AcquisitionDeviceProcessingDescription",
        "StructureSetLabel",
        "StructureSetName",
        "ROIName",
        "RTPlanLabel",
        "RTPlanName",
        "SpecimenShortDescription",
        "ChannelLabel",
        "TrackingID",
        "DocumentTitle",
    )
)
"""Removed or replaced; with Clean Descriptors, kept without what identifies. The last two are free text (UT, ST) that
E.1-1 does not list."""
LABELS = frozenset(
    (
        "AcquisitionProtocolName",
        "BeamName",
        "SegmentLabel",
        "ContentDescription",
        "TransducerData",
        "WindowCenterWidthExplanation",
    )
)
"""Not in E.1-1, and kept under every option without the identifiers that the object names."""
CONDITIONAL_SEQUENCES = {
    "GraphicAnnotationSequence": "clean-graphics",
    "ContentSequence": "clean-structured-content",
    "WaveformAnnotationSequence": "clean-structured-content",
    "AcquisitionContextSequence": "clean-structured-content",
    "SpecimenPreparationSequence": "clean-structured-content",
    "RequestAttributesSequence": "clean-descriptors",
    "ReferencedStudySequence": "retain-uids",
}
"""Gone, or made of dummies, unless that option is on: inside, nothing need stay, but nothing may be left either."""
REMOVED_SEQUENCES = frozenset(
    ("OtherPatientIDsSequence", "ReferringPhysicianIdentificationSequence", "OriginalAttributesSequence")
)
DUMMY_SEQUENCES = frozenset(("VerifyingObserverSequence",))
MARKERS = frozenset(("PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence"))
CHANGED_FREELY = frozenset(("SpecificCharacterSet", "DataSetTrailingPadding"))

WORDS = {
    "RequestedProcedureDescription": ("control", "thorax"), "StructureSetLabel": ("plan",), "ROIName": ("lung",),
    "StructureSetName": ("lung contours",), "RTPlanLabel": ("boost",), "RTPlanName": ("thorax boost",),
    "AcquisitionDeviceProcessingDescription": ("musica", "standard"), "ProtocolName": ("thorax",),
    "ImageComments": ("sharp",), "FrameComments": ("moved", "repeat"), "SpecimenShortDescription": ("biopsy",),
    "AcquisitionProtocolName": ("thorax routine",), "BeamName": ("ap",), "SegmentLabel": ("lung",),
    "TrackingID": ("lesion",), "DocumentTitle": ("letter to",),
    "ContentDescription": ("lung", "arrows"), "TransducerData": ("c5-1", "xd"),
    "SeriesDescription": ("axial",), "StudyDescription": ("follow-up",), "PatientComments": ("known",),
}  # fmt: skip
"""Words that a cleaned text must keep, in lower case; Clinical findings of the person come on top (FINDINGS)."""
FINDINGS = frozenset(("StudyDescription", "SeriesDescription", "PatientComments"))

REQUIRED = {
    "": ("StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "StudyID", "PatientBirthDate",
         "PatientSex"),
    "SR": ("VerifyingObserverSequence",),
    "WSI": ("SpecimenDescriptionSequence",),
}  # fmt: skip
"""Type 1 and 2 attributes by kind that the profile replaces or empties: they must be there."""
FILLED = {
    "": ("PatientName", "PatientID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"),
    "ECT": ("AcquisitionDateTime", "ContentDate", "ContentTime"),
    "WSI": ("AcquisitionDateTime", "ContainerIdentifier", "ContentDate"),
    "ECG": ("AcquisitionDateTime", "ContentDate"),
    "SR": ("ContentDate", "ContentTime"),
    "KO": ("ContentDate", "ContentTime"),
    "RTSTRUCT": ("StructureSetLabel",),
    "RTPLAN": ("RTPlanLabel",),
    "SEG": ("ContentLabel", "ContentDate"),
    "PR": ("ContentLabel",),
}
"""Type 1 attributes by kind: they must have a value."""
